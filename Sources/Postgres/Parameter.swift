/// A value for a statement's parameter. Its case must be that of the parameter's ``DataType``.
public enum Parameter: Sendable {
  /// SQL's NULL, of any type.
  case null
  /// Truth.
  case boolean(Bool)
  /// 2-byte integer.
  case int2(Int16)
  /// 4-byte integer.
  case int4(Int32)
  /// 8-byte integer.
  case int8(Int64)
  /// 8-byte floating point, kept to the last bit.
  case float8(Double)
  /// Text, without U+0000.
  case text(String)
  /// Bytes.
  case bytes([UInt8])
  /// Microseconds since 1970-01-01T00:00:00Z.
  case timestamptz(Int64)
  /// The first and the last eight bytes, big-endian.
  case uuid(UInt64, UInt64)
  /// JSON text.
  case jsonb([UInt8])
  /// A transaction's number.
  case transactionID(TransactionID)
  /// Array of text.
  case textArray([String])
  /// Array of 2-byte integers.
  case int2Array([Int16])
  /// Array of any of these.
  case array(ArrayParameter)

  /// The text, or NULL where there is none.
  public static func text(_ value: String?) -> Parameter { value.map { .text($0) } ?? .null }
  /// The bytes, or NULL where there are none.
  public static func bytes(_ value: [UInt8]?) -> Parameter { value.map { .bytes($0) } ?? .null }
  /// The number, or NULL where there is none.
  public static func float8(_ value: Double?) -> Parameter { value.map { .float8($0) } ?? .null }
  /// The instant, or NULL where there is none.
  public static func timestamptz(_ value: Int64?) -> Parameter {
    value.map { .timestamptz($0) } ?? .null
  }
  /// The JSON text, or NULL where there is none.
  public static func jsonb(_ value: [UInt8]?) -> Parameter { value.map { .jsonb($0) } ?? .null }
}

/// From 1970-01-01 to 2000-01-01, where the server's timestamps begin, in microseconds.
let postgresEpoch: Int64 = 946_684_800_000_000

extension Parameter {
  /// Appends the value in the server's binary format; false for NULL, which has none.
  func encode(into bytes: inout [UInt8]) -> Bool {
    switch self {
    case .null: return false
    case .boolean(let value): bytes.append(value ? 1 : 0)
    case .int2(let value): bytes.append(bigEndian: value)
    case .int4(let value): bytes.append(bigEndian: value)
    case .int8(let value): bytes.append(bigEndian: value)
    case .float8(let value): bytes.append(bigEndian: value.bitPattern)
    case .text(let value): bytes.append(contentsOf: value.utf8)
    case .bytes(let value): bytes.append(contentsOf: value)
    case .timestamptz(let value):
      // Saturates: the server refuses an instant that far off by itself.
      let (shifted, overflow) = value.subtractingReportingOverflow(postgresEpoch)
      bytes.append(bigEndian: overflow ? .min + 1 : shifted)
    case .uuid(let high, let low):
      bytes.append(bigEndian: high)
      bytes.append(bigEndian: low)
    case .jsonb(let value):
      bytes.append(1)  // the version of the binary format
      bytes.append(contentsOf: value)
    case .transactionID(let value): bytes.append(bigEndian: value.number)
    case .textArray(let values):
      bytes.append(arrayOf: .text, count: values.count)
      for value in values {
        bytes.append(bigEndian: Int32(value.utf8.count))
        bytes.append(contentsOf: value.utf8)
      }
    case .int2Array(let values):
      bytes.append(arrayOf: .int2, count: values.count)
      for value in values {
        bytes.append(bigEndian: Int32(2))
        bytes.append(bigEndian: value)
      }
    case .array(let array): array.encode(into: &bytes)
    }
    return true
  }
}

extension [UInt8] {
  mutating func append(bigEndian value: some FixedWidthInteger) {
    Swift.withUnsafeBytes(of: value.bigEndian) { append(contentsOf: $0) }
  }

  /// Appends the head of a one-dimensional array.
  mutating func append(arrayOf element: DataType, count: Int, hasNulls: Bool = false) {
    append(bigEndian: Int32(count == 0 ? 0 : 1))  // dimensions
    append(bigEndian: Int32(hasNulls ? 1 : 0))
    append(bigEndian: element.oid)
    guard count > 0 else { return }
    append(bigEndian: Int32(count))
    append(bigEndian: Int32(1))  // the index of the first
  }
}
