import JSON
import ProtobufMessages
import TextEncoding

extension MessageParser {
  /// Reads the value that begins with a token, which is not null, and writes what stands for it behind
  /// its key.
  mutating func value(
    _ token: JSONTokens.Token, of kind: FieldDescriptor.Kind
  ) throws(FieldError) {
    switch kind {
    case .double: wire.fixed64(try number(token, Double.self).bitPattern)
    case .float: wire.fixed32(try number(token, Float.self).bitPattern)
    case .fixed64: wire.fixed64(try integer(token))
    case .sfixed64: wire.fixed64(UInt64(bitPattern: try integer(token)))
    case .fixed32: wire.fixed32(try integer(token))
    case .sfixed32: wire.fixed32(UInt32(bitPattern: try integer(token)))
    case .int32: wire.varint(UInt64(bitPattern: Int64(try integer(token) as Int32)))
    case .int64: wire.varint(UInt64(bitPattern: try integer(token)))
    case .uint32: wire.varint(UInt64(try integer(token) as UInt32))
    case .uint64: wire.varint(try integer(token))
    case .sint32: wire.varint(zigZagEncoded(Int64(try integer(token) as Int32)))
    case .sint64: wire.varint(zigZagEncoded(try integer(token)))
    case .bool:
      guard case .boolean(let value) = token else { throw FieldError("must be true or false") }
      wire.varint(value ? 1 : 0)
    case .string: wire.lengthDelimited(try string(token).utf8)
    case .bytes: wire.lengthDelimited(try base64(token))
    case .enumeration(let declaration):
      wire.varint(UInt64(bitPattern: Int64(try enumeration(token, declaration))))
    case .message(let declaration): try message(token, declaration)
    }
  }

  private mutating func message(
    _ token: JSONTokens.Token, _ declaration: MessageDescriptor
  ) throws(FieldError) {
    let start = wire.beginLengthDelimited()
    if let type = declaration.wellKnownType {
      try wellKnown(type, token, declaration)
    } else {
      guard token == .beginObject else { throw FieldError("must be an object") }
      try members(of: declaration)
    }
    wire.endLengthDelimited(start)
  }

  private func zigZagEncoded(_ number: Int64) -> UInt64 {
    UInt64(bitPattern: number << 1 ^ number >> 63)
  }

  /// A whole number, as a number or as a string of its digits. `1e3` and `1.0` are whole too.
  private func integer<Integer: FixedWidthInteger>(
    _ token: JSONTokens.Token
  ) throws(FieldError) -> Integer {
    let integer: Integer? =
      switch token {
      case .string(let text?) where isNumber(text), .number(let text) where isWhole(text):
        Integer(text) ?? Double(text).flatMap(Integer.init(exactly:))
      default: nil
      }
    guard let integer else {
      throw FieldError("must be an integer from \(Integer.min) to \(Integer.max)")
    }
    return integer
  }

  /// A number, or a string of one, or the name of what JSON has no number for.
  private func number<Number: BinaryFloatingPoint & LosslessStringConvertible>(
    _ token: JSONTokens.Token, _: Number.Type
  ) throws(FieldError) -> Number {
    let number: Number?
    switch token {
    case .string("NaN"): return .nan
    case .string("Infinity"): return .infinity
    case .string("-Infinity"): return -.infinity
    case .string(let text?) where isNumber(text), .number(let text) where isWhole(text):
      number = Number(text)
    default: number = nil
    }
    guard let number else {
      throw FieldError("must be a number, \"NaN\", \"Infinity\" or \"-Infinity\"")
    }
    guard number.isFinite else { throw FieldError("is a number too large for its type") }
    return number
  }

  /// Whether the text of a number is not cut short.
  private func isWhole(_ text: String) -> Bool { text.utf8.count < JSONTokens.longestNumber }

  private func isNumber(_ text: String) -> Bool {
    guard isWhole(text), let first = text.utf8.first,
      first == UInt8(ascii: "-") || 0x30...0x39 ~= first
    else {
      return false
    }
    var checker = JSONChecker(depthLimit: 0, numberLimit: JSONTokens.longestNumber)
    return (try? checker.check(text.utf8Span.span)) != nil
  }

  func string(_ token: JSONTokens.Token) throws(FieldError) -> String {
    guard case .string(let text?) = token else { throw FieldError("must be a string") }
    return text
  }

  /// Bytes as Base64, in either alphabet.
  private func base64(_ token: JSONTokens.Token) throws(FieldError) -> [UInt8] {
    let text = try string(token).utf8.map { byte in
      switch byte {
      case UInt8(ascii: "-"): UInt8(ascii: "+")
      case UInt8(ascii: "_"): UInt8(ascii: "/")
      default: byte
      }
    }
    guard let bytes = Base64.decode(text.span) else { throw FieldError("must be Base64") }
    return bytes
  }

  /// A value by its name or its number; numbers without a name are taken, as protobuf's enums are open.
  private func enumeration(
    _ token: JSONTokens.Token, _ declaration: EnumDescriptor
  ) throws(FieldError) -> Int32 {
    if case .string(let name?) = token, let number = declaration.number(of: name) { return number }
    if case .number = token { return try integer(token) }
    throw FieldError("must be the name or the number of a \(declaration.fullName)")
  }
}
