import JSON
import ProtobufMessages

/// Writes the JSON of one message, and of those in it: as deep as its declaration goes. It can't be
/// copied, for a call that only reads it would keep and release all that it holds.
struct MessagePrinter: ~Copyable {
  let mapping: JSONMapping
  var output: [UInt8] = []
  /// The values of the messages that are being printed, the innermost's last, each by its field.
  private var met: [Occurrence] = []

  /// A value of a field, or some of them packed.
  private struct Occurrence {
    /// The field's index.
    var index: Int
    var type: WireType
    var content: Range<Int>
  }

  init(mapping: JSONMapping) { self.mapping = mapping }

  /// Writes the message whose bytes lie there, in the form that its type has.
  mutating func message(
    _ wire: [UInt8], _ range: Range<Int>, as declaration: MessageDescriptor
  ) throws(FieldError) {
    if declaration.fullName == mapping.documentType {
      try document(wire, range)
    } else if let type = declaration.wellKnownType {
      try wellKnown(type, wire, range, as: declaration)
    } else {
      try object(wire, range, as: declaration)
    }
  }

  private mutating func object(
    _ wire: [UInt8], _ range: Range<Int>, as declaration: MessageDescriptor
  ) throws(FieldError) {
    let start = met.count
    defer { met.removeLast(met.count - start) }
    try collect(wire, range, as: declaration)
    let end = met.count
    var next = start
    output.append(UInt8(ascii: "{"))
    let opened = output.count
    for (index, field) in declaration.fields.enumerated() {
      let first = next
      while next < end, met[next].index == index { next += 1 }
      let hasValue = first < next && !Self.isDefault(wire, met[next - 1].content, of: field)
      let isWritten = field.hasPresence ? mapping.writesAbsentAsNull : mapping.writesDefaults
      guard hasValue || isWritten else { continue }
      let mark = output.count
      if mark > opened { output.append(UInt8(ascii: ",")) }
      output.append(contentsOf: mapping.writesProtoNames ? field.protoKey : field.jsonKey)
      do throws(FieldError) {
        if field.isRepeated {
          let isEmpty = try array(wire, first..<next, of: field)
          if isEmpty, !mapping.writesDefaults { output.removeSubrange(mark...) }
        } else if hasValue {
          try singular(wire, first..<next, of: field)
        } else if field.hasPresence || mapping.textsWithoutEmpty.contains(field.name) {
          output.append(contentsOf: "null".utf8)
        } else {
          writeDefault(of: field.kind)
        }
      } catch {
        throw error.within(field.name)
      }
    }
    output.append(UInt8(ascii: "}"))
  }

  /// Whether a value differs in nothing from none: serializers leave such out, but need not.
  private static func isDefault(
    _ wire: [UInt8], _ content: Range<Int>, of field: FieldDescriptor
  ) -> Bool {
    if field.hasPresence || field.isRepeated { return false }
    return switch field.wireType {
    case .lengthDelimited: content.isEmpty
    case .fixed64, .fixed32: wire[content].allSatisfy { $0 == 0 }
    case .varint: wire[content].allSatisfy { $0 & 0x7F == 0 }
    }
  }

  /// Notes where the message's values lie, in the order of its fields, which is nearly always that of
  /// the bytes.
  private mutating func collect(
    _ wire: [UInt8], _ range: Range<Int>, as declaration: MessageDescriptor
  ) throws(FieldError) {
    let start = met.count
    var isSorted = true
    var reader = WireReader(range)
    while !reader.isAtEnd {
      let key = try reader.key(wire.span)
      let content = try reader.value(wire.span, key.type)
      guard let index = declaration.index(ofNumber: key.number) else { continue }
      if met.count > start, met[met.count - 1].index > index { isSorted = false }
      met.append(Occurrence(index: index, type: key.type, content: content))
    }
    if isSorted { return }
    met[start...].sort { ($0.index, $0.content.lowerBound) < ($1.index, $1.content.lowerBound) }
  }

  private mutating func singular(
    _ wire: [UInt8], _ occurrences: Range<Int>, of field: FieldDescriptor
  ) throws(FieldError) {
    let last = met[occurrences.upperBound - 1]
    try Self.check(last.type, of: field)
    if occurrences.count > 1, case .message(let declaration) = field.kind {
      // The bytes of messages one after the other are those of their merger.
      let merged = occurrences.reduce(into: [UInt8]()) { $0 += wire[met[$1].content] }
      return try message(merged, merged.indices, as: declaration)
    }
    try value(wire, last.content, of: field.kind)
  }

  /// Returns whether the array is empty.
  private mutating func array(
    _ wire: [UInt8], _ occurrences: Range<Int>, of field: FieldDescriptor
  ) throws(FieldError) -> Bool {
    output.append(UInt8(ascii: "["))
    let opened = output.count
    for index in occurrences {
      let (type, content) = (met[index].type, met[index].content)
      // Numbers may come packed, many at a time.
      let isPacked = type == .lengthDelimited && field.wireType != .lengthDelimited
      if !isPacked { try Self.check(type, of: field) }
      var elements = WireReader(content)
      repeat {
        if isPacked && elements.isAtEnd { break }
        let element =
          isPacked ? try elements.value(wire.span, field.wireType) : content
        if output.count > opened { output.append(UInt8(ascii: ",")) }
        try value(wire, element, of: field.kind)
      } while isPacked
    }
    defer { output.append(UInt8(ascii: "]")) }
    return output.count == opened
  }

  private static func check(_ type: WireType, of field: FieldDescriptor) throws(FieldError) {
    guard type == field.wireType else {
      throw FieldError("has another wire type than its declaration says")
    }
  }

  /// Writes the JSON that a document's text is.
  private mutating func document(_ wire: [UInt8], _ range: Range<Int>) throws(FieldError) {
    var text: ArraySlice<UInt8> = []
    var reader = WireReader(range)
    while !reader.isAtEnd {
      let key = try reader.key(wire.span)
      let content = try reader.value(wire.span, key.type)
      if key.number == 1, key.type == .lengthDelimited { text = wire[content] }
    }
    do throws(JSONError) {
      var checker = JSONChecker(depthLimit: JSONMapping.depthLimit)
      try checker.check(text.span)
    } catch {
      throw FieldError("is not JSON: \(error)")
    }
    output.append(contentsOf: text)
  }
}
