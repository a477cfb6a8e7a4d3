import JSON
import ProtobufMessages
import TextEncoding

extension MessagePrinter {
  /// Writes a value, which lies on the wire as its kind does.
  mutating func value(
    _ wire: [UInt8], _ content: Range<Int>, of kind: FieldDescriptor.Kind
  ) throws(FieldError) {
    switch kind {
    case .string: try string(wire[content])
    case .bytes: base64(wire[content])
    case .message(let declaration): try message(wire, content, as: declaration)
    case .fixed64: integer64(WireReader.fixed64(wire.span, at: content.lowerBound))
    case .sfixed64:
      integer64(Int64(bitPattern: WireReader.fixed64(wire.span, at: content.lowerBound)))
    case .double:
      output.appendJSONNumber(
        Double(bitPattern: WireReader.fixed64(wire.span, at: content.lowerBound)))
    case .fixed32: integer(WireReader.fixed32(wire.span, at: content.lowerBound))
    case .sfixed32:
      integer(Int32(bitPattern: WireReader.fixed32(wire.span, at: content.lowerBound)))
    case .float:
      output.appendJSONNumber(
        Float(bitPattern: WireReader.fixed32(wire.span, at: content.lowerBound)))
    case .bool, .int32, .sint32, .uint32, .int64, .sint64, .uint64, .enumeration:
      var reader = WireReader(content)
      varint(try reader.varint(wire.span), of: kind)
    }
  }

  /// Writes what stands for a value that the wire leaves out.
  mutating func writeDefault(of kind: FieldDescriptor.Kind) {
    switch kind {
    case .string, .bytes: output.append(contentsOf: "\"\"".utf8)
    case .double, .float: output.append(UInt8(ascii: "0"))
    case .fixed64, .sfixed64: integer64(0)
    case .message: output.append(contentsOf: "null".utf8)
    default: varint(0, of: kind)
    }
  }

  private mutating func varint(_ bits: UInt64, of kind: FieldDescriptor.Kind) {
    switch kind {
    case .bool: output.append(contentsOf: (bits == 0 ? "false" : "true").utf8)
    case .int64: integer64(Int64(bitPattern: bits))
    case .uint64: integer64(bits)
    case .sint64: integer64(zigZagDecoded(bits))
    case .uint32: integer(UInt32(truncatingIfNeeded: bits))
    case .sint32: integer(Int32(truncatingIfNeeded: zigZagDecoded(bits & 0xFFFF_FFFF)))
    case .enumeration(let declaration):
      let number = Int32(truncatingIfNeeded: bits)
      if let name = declaration.jsonName(of: number, isPlain: mapping.writesPlainEnumNames) {
        output.append(contentsOf: name)
      } else {
        integer(number)
      }
    default: integer(Int32(truncatingIfNeeded: bits))
    }
  }

  private func zigZagDecoded(_ bits: UInt64) -> Int64 {
    Int64(bitPattern: bits >> 1) ^ -Int64(bitPattern: bits & 1)
  }

  private mutating func integer(_ number: some FixedWidthInteger) {
    output.append(contentsOf: String(number).utf8)
  }

  private mutating func integer64(_ number: some FixedWidthInteger) {
    if mapping.writesInt64AsStrings {
      quoted(String(number).utf8)
    } else {
      integer(number)
    }
  }

  private mutating func string(_ utf8: ArraySlice<UInt8>) throws(FieldError) {
    if utf8.span.isPlainInJSON { return quoted(utf8) }
    do { _ = try UTF8Span(validating: utf8.span) } catch { throw FieldError("is not valid UTF-8") }
    guard !utf8.contains(0) else { throw FieldError("has a NUL character (U+0000)") }
    output.appendJSONString(utf8)
  }

  private mutating func base64(_ bytes: ArraySlice<UInt8>) {
    let text = Base64.encode(Array(bytes))
    let padding = String(repeating: "=", count: (4 - text.utf8.count % 4) % 4)
    quoted((text + padding).utf8)
  }

  /// Writes a string that has nothing to escape.
  mutating func quoted(_ utf8: some Collection<UInt8>) {
    output.append(UInt8(ascii: "\""))
    output.append(contentsOf: utf8)
    output.append(UInt8(ascii: "\""))
  }
}
