/// A Swift type that a column's value can be read as: `Bool`, `Int16`, `Int32`, `Int64`, `Double`,
/// `String`, `[UInt8]`, ``UUIDValue``, ``TimestampValue``, ``TransactionID``, ``JSONText``, arrays of
/// `Double` and of ``UUIDValue``, and optionals of them.
public protocol ColumnValue {
  /// The value of these bytes in the server's binary format; nil where they are of another type.
  init?(_ bytes: UnsafeRawBufferPointer?, _ type: DataType)
}

/// A UUID.
public struct UUIDValue: Hashable, Sendable {
  /// The first eight bytes, big-endian.
  public var high: UInt64
  /// The last eight bytes, big-endian.
  public var low: UInt64
}

/// An instant.
public struct TimestampValue: Hashable, Sendable {
  /// Microseconds since 1970-01-01T00:00:00Z.
  public var microseconds: Int64
}

/// A `jsonb`, or a `text` that was rendered from one.
public struct JSONText: Hashable, Sendable {
  /// The text.
  public var utf8: [UInt8]
}

extension Optional: ColumnValue where Wrapped: ColumnValue {
  /// Reads the binary form; nil where it is not one of these.
  @inlinable
  public init?(_ bytes: UnsafeRawBufferPointer?, _ type: DataType) {
    guard let bytes else {
      self = .none
      return
    }
    guard let value = Wrapped(bytes, type) else { return nil }
    self = .some(value)
  }
}

extension Bool: ColumnValue {
  /// Reads the binary form; nil where it is not one of these.
  public init?(_ bytes: UnsafeRawBufferPointer?, _ type: DataType) {
    guard let bytes, type == .boolean, bytes.count == 1 else { return nil }
    self = bytes[0] != 0
  }
}

extension Int16: ColumnValue {
  /// Reads the binary form; nil where it is not one of these.
  public init?(_ bytes: UnsafeRawBufferPointer?, _ type: DataType) {
    guard let bytes, type == .int2, let value = bytes.bigEndian(Int16.self) else { return nil }
    self = value
  }
}

extension Int32: ColumnValue {
  /// Reads the binary form; nil where it is not one of these.
  public init?(_ bytes: UnsafeRawBufferPointer?, _ type: DataType) {
    guard let bytes, type == .int4, let value = bytes.bigEndian(Int32.self) else { return nil }
    self = value
  }
}

extension Int64: ColumnValue {
  /// Reads the binary form; nil where it is not one of these.
  public init?(_ bytes: UnsafeRawBufferPointer?, _ type: DataType) {
    guard let bytes, type == .int8, let value = bytes.bigEndian(Int64.self) else { return nil }
    self = value
  }
}

extension Double: ColumnValue {
  /// Reads the binary form; nil where it is not one of these.
  public init?(_ bytes: UnsafeRawBufferPointer?, _ type: DataType) {
    guard let bytes, type == .float8, let value = bytes.bigEndian(UInt64.self) else { return nil }
    self = Double(bitPattern: value)
  }
}

extension String: ColumnValue {
  /// Reads the binary form; nil where it is not one of these.
  public init?(_ bytes: UnsafeRawBufferPointer?, _ type: DataType) {
    guard let bytes, type == .text else { return nil }
    self = String(decoding: bytes, as: UTF8.self)
  }
}

extension UUIDValue: ColumnValue {
  /// Reads the binary form; nil where it is not one of these.
  public init?(_ bytes: UnsafeRawBufferPointer?, _ type: DataType) {
    guard let bytes, type == .uuid, bytes.count == 16 else { return nil }
    high = UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self))
    low = UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
  }
}

extension TimestampValue: ColumnValue {
  /// Reads the binary form; nil where it is not one of these.
  public init?(_ bytes: UnsafeRawBufferPointer?, _ type: DataType) {
    guard let bytes, type == .timestamptz, let value = bytes.bigEndian(Int64.self),
      // The extremes are the server's infinities.
      value != .max, value != .min
    else { return nil }
    let (shifted, overflow) = value.addingReportingOverflow(postgresEpoch)
    guard !overflow else { return nil }
    microseconds = shifted
  }
}

extension JSONText: ColumnValue {
  /// Reads the binary form; nil where it is not one of these.
  public init?(_ bytes: UnsafeRawBufferPointer?, _ type: DataType) {
    guard let bytes else { return nil }
    switch type {
    case .text: utf8 = Array(bytes)
    case .jsonb where bytes.first == 1: utf8 = Array(bytes.dropFirst())
    default: return nil
    }
  }
}

extension Array: ColumnValue where Element: ArrayElement {
  /// Reads the binary form; nil where it is not one of these.
  @inlinable
  public init?(_ bytes: UnsafeRawBufferPointer?, _ type: DataType) {
    guard let bytes, type == Element.arrayType,
      let values = Element.array(from: bytes)
    else { return nil }
    self = values
  }
}

/// A Swift type that the elements of an array column, or the bytes of a `bytea`, can be read as.
public protocol ArrayElement {
  /// The type of the whole.
  static var arrayType: DataType { get }
  /// The elements; nil where the bytes are of another type.
  static func array(from bytes: UnsafeRawBufferPointer) -> [Self]?
}

extension UInt8: ArrayElement {
  /// The type of an array of these.
  public static var arrayType: DataType { .bytes }
  /// Reads the binary form of an array; nil where it is not one of these.
  public static func array(from bytes: UnsafeRawBufferPointer) -> [UInt8]? { Array(bytes) }
}

extension Double: ArrayElement {
  /// The type of an array of these.
  public static var arrayType: DataType { .float8Array }
  /// Reads the binary form of an array; nil where it is not one of these.
  public static func array(from bytes: UnsafeRawBufferPointer) -> [Double]? {
    bytes.elements(of: .float8)
  }
}

extension UUIDValue: ArrayElement {
  /// The type of an array of these.
  public static var arrayType: DataType { .uuidArray }
  /// Reads the binary form of an array; nil where it is not one of these.
  public static func array(from bytes: UnsafeRawBufferPointer) -> [UUIDValue]? {
    bytes.elements(of: .uuid)
  }
}

extension UnsafeRawBufferPointer {
  /// The integer that all the bytes make; nil where there are more or fewer of them.
  fileprivate func bigEndian<Value: FixedWidthInteger & BitwiseCopyable>(_ type: Value.Type)
    -> Value?
  {
    guard count == MemoryLayout<Value>.size else { return nil }
    return Value(bigEndian: loadUnaligned(as: Value.self))
  }

  /// The elements of a one-dimensional array without NULLs.
  fileprivate func elements<Element: ColumnValue>(of type: DataType) -> [Element]? {
    guard count >= 12, let dimensions = int32(0), let elementType = int32(8),
      elementType == Int32(type.oid)
    else { return nil }
    if dimensions == 0 { return [] }
    guard dimensions == 1, let length = int32(12), length >= 0 else { return nil }
    var elements: [Element] = []
    // The count is the server's word: what is reserved is bounded by what came.
    elements.reserveCapacity(Swift.min(Int(length), count / 4))
    var offset = 20
    for _ in 0..<length {
      guard let size = int32(offset), size >= 0, offset + 4 + Int(size) <= count,
        let element = Element(
          UnsafeRawBufferPointer(rebasing: self[(offset + 4)..<(offset + 4 + Int(size))]), type)
      else { return nil }
      elements.append(element)
      offset += 4 + Int(size)
    }
    return elements
  }

  private func int32(_ offset: Int) -> Int32? {
    guard offset + 4 <= count else { return nil }
    return Int32(bigEndian: loadUnaligned(fromByteOffset: offset, as: Int32.self))
  }
}
