import Testing

@testable import Postgres

@Suite("Binary values") struct CodecTests {
  private func encoded(_ parameter: Parameter) -> [UInt8]? {
    var bytes: [UInt8] = []
    return parameter.encode(into: &bytes) ? bytes : nil
  }

  private func decoded<Value: ColumnValue>(
    _ bytes: [UInt8]?, _ type: DataType, as: Value.Type = Value.self
  ) -> Value? {
    guard let bytes else { return Value(nil, type) }
    return bytes.withUnsafeBytes { Value($0, type) }
  }

  @Test("numbers are big-endian, and NULL has no bytes")
  func numbers() {
    #expect(encoded(.int2(-2)) == [0xFF, 0xFE])
    #expect(encoded(.int4(1)) == [0, 0, 0, 1])
    #expect(encoded(.int8(.min)) == [0x80, 0, 0, 0, 0, 0, 0, 0])
    #expect(encoded(.float8(1)) == [0x3F, 0xF0, 0, 0, 0, 0, 0, 0])
    #expect(encoded(.boolean(true)) == [1])
    #expect(encoded(.null) == nil)
    #expect(encoded(.text("")) == [])
  }

  @Test("an instant counts from 2000, and one that is out of range stays out of range")
  func instants() {
    #expect(encoded(.timestamptz(postgresEpoch + 1)) == [0, 0, 0, 0, 0, 0, 0, 1])
    #expect(encoded(.timestamptz(.min)) == [0x80, 0, 0, 0, 0, 0, 0, 1])
    #expect(
      decoded([0, 0, 0, 0, 0, 0, 0, 0], .timestamptz)
        == TimestampValue(microseconds: postgresEpoch))
    // Infinity is no instant.
    #expect(
      decoded([0x7F] + [UInt8](repeating: 0xFF, count: 7), .timestamptz, as: TimestampValue.self)
        == nil)
  }

  @Test("jsonb carries its version, and another version is refused")
  func json() {
    #expect(encoded(.jsonb(Array("{}".utf8))) == [1, 0x7B, 0x7D])
    #expect(decoded([1, 0x7B, 0x7D], .jsonb) == JSONText(utf8: [0x7B, 0x7D]))
    #expect(decoded([2, 0x7B, 0x7D], .jsonb, as: JSONText.self) == nil)
    #expect(decoded([], .jsonb, as: JSONText.self) == nil)
  }

  @Test("an array has a head, then each element with its length; an empty one has no dimension")
  func arrays() {
    #expect(
      encoded(.int2Array([7])) == [
        0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 21, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 2, 0, 7,
      ])
    #expect(encoded(.textArray([])) == [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 25])
  }

  @Test("bytes of another type or length are no value", arguments: [0, 1, 3, 5, 8])
  func wrongLengths(length: Int) {
    let bytes = [UInt8](repeating: 0, count: length)
    #expect(decoded(bytes, .int4, as: Int32.self) == nil)
    #expect(decoded(bytes, .text, as: Int32.self) == nil)
    #expect(decoded(bytes, .uuid, as: UUIDValue.self) == nil)
  }

  @Test("NULL is only an optional's value")
  func null() {
    #expect(decoded(nil, .text, as: String.self) == nil)
    #expect(decoded(nil, .text, as: String?.self) == .some(nil))
  }

  @Test("no bytes make the array decoder read past their end")
  func hostileArrays() {
    let array: [UInt8] =
      [0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 2, 0xBD, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 8]
      + [UInt8](repeating: 0, count: 8)
    #expect(decoded(array, .float8Array) == [0.0])
    for length in 0..<array.count {
      #expect(decoded(Array(array.prefix(length)), .float8Array, as: [Double].self) == nil)
    }
    for index in array.indices {
      for byte in [UInt8(0x7F), 0x80, 0xFF] {
        var changed = array
        changed[index] = byte
        _ = decoded(changed, .float8Array, as: [Double].self)
      }
    }
  }
}
