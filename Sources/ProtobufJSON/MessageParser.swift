import JSON
import ProtobufMessages

/// Reads one message, and those in it, from a JSON text that was checked: as deep as its declaration
/// goes.
struct MessageParser {
  let mapping: JSONMapping
  var wire = WireWriter()
  private var tokens: JSONTokens
  /// Why the text ends where it does. Nil where it is whole.
  private let fault: JSONError?
  /// Whether the value of a field was met in which the text breaks off.
  private(set) var isBroken = false

  /// - Parameter fault: For the beginning of a text that is JSON as far as it goes, what comes next. Then
  ///   all that is of use is the field that is refused.
  init(_ json: [UInt8], mapping: JSONMapping, brokenOffBy fault: JSONError? = nil) {
    self.mapping = mapping
    self.fault = fault
    tokens = JSONTokens(json, stringLimit: json.count)
  }

  /// Reads the whole text as a message.
  mutating func message(as declaration: MessageDescriptor) throws(FieldError) {
    guard tokens.next() == .beginObject else { throw FieldError("must be a JSON object") }
    try members(of: declaration)
  }

  /// Reads an object's members, and its end.
  mutating func members(of declaration: MessageDescriptor) throws(FieldError) {
    // One bit for each field met, by its index.
    var met: UInt64 = 0
    var oneofs: [UInt32] = []
    while case .name(let name) = tokens.next() {
      guard let name, let index = declaration.index(of: name) else {
        throw FieldError("is no field of \(declaration.fullName)").within(
          JSONMapping.shown(name ?? ""))
      }
      let field = declaration.fields[index]
      do throws(FieldError) {
        guard met & 1 << UInt64(index) == 0 else { throw FieldError("stands more than once") }
        met |= 1 << UInt64(index)
        let isSet = field.isRepeated ? try repeated(field) : try singular(field)
        guard isSet, let oneof = field.oneof else { continue }
        guard !oneofs.contains(oneof) else {
          throw FieldError("stands beside another field of the same oneof")
        }
        oneofs.append(oneof)
      } catch {
        throw error.within(field.name)
      }
    }
  }

  /// Reads a field's one value. Returns whether there is one: null stands for none.
  mutating func singular(_ field: FieldDescriptor) throws(FieldError) -> Bool {
    try checkWhole(field)
    if field.holdsDocument(mapping) { return document(field) }
    let token = try token()
    if token == .null { return false }
    try write(token, field.number, field.kind, hasPresence: field.hasPresence)
    return true
  }

  /// Writes a value behind its key. A default that differs in nothing from none is left out, as protobuf
  /// has it: then a message has the same bytes however it is sent.
  mutating func write(
    _ token: JSONTokens.Token, _ number: UInt32, _ kind: FieldDescriptor.Kind, hasPresence: Bool
  ) throws(FieldError) {
    let start = wire.bytes.count
    wire.key(number, kind.wireType)
    let content = wire.bytes.count
    try value(token, of: kind)
    if !hasPresence, wire.bytes[content...].allSatisfy({ $0 == 0 }) { wire.removeAll(from: start) }
  }

  private mutating func repeated(_ field: FieldDescriptor) throws(FieldError) -> Bool {
    let token = try token()
    if token == .null { return false }
    guard token == .beginArray else { throw FieldError("must be an array") }
    let isPacked = field.kind.wireType != .lengthDelimited
    var packed: Int?
    var index = 0
    while tokens.hasElement() {
      do throws(FieldError) {
        try checkWhole(field)
        if field.holdsDocument(mapping) {
          _ = document(field)
        } else {
          let token = try self.token()
          if !isPacked {
            wire.key(field.number, .lengthDelimited)
          } else if packed == nil {
            wire.key(field.number, .lengthDelimited)
            packed = wire.beginLengthDelimited()
          }
          if token == .null { throw FieldError("must not be null") }
          try value(token, of: field.kind)
        }
      } catch {
        throw error.within(element: index)
      }
      index += 1
    }
    if let packed { wire.endLengthDelimited(packed) }
    return true
  }

  /// Takes the value that comes next as the text that a document holds.
  private mutating func document(_ field: FieldDescriptor) -> Bool {
    let text = tokens.valueText()
    if mapping.readsNullAsNoDocument, text.elementsEqual("null".utf8) { return false }
    wire.key(field.number, .lengthDelimited)
    let start = wire.beginLengthDelimited()
    wire.key(1, .lengthDelimited)
    wire.lengthDelimited(text)
    wire.endLengthDelimited(start)
    return true
  }

  /// Refuses the value that comes next where the text breaks off in it. Messages leave that to their fields.
  private mutating func checkWhole(_ field: FieldDescriptor) throws(FieldError) {
    guard let fault, !field.holdsMembers(mapping) else { return }
    var ahead = tokens
    let value = ahead.valueText()
    guard ahead.isAtEnd, (try? JSONMapping.check(value.span)) == nil else { return }
    isBroken = true
    throw FieldError("\(JSONError(offset: value.count, reason: fault.reason))")
  }

  private mutating func token() throws(FieldError) -> JSONTokens.Token {
    guard let token = tokens.next() else { throw FieldError("has no value") }
    return token
  }
}

extension FieldDescriptor {
  /// Whether its values are documents, which stand in place.
  fileprivate func holdsDocument(_ mapping: JSONMapping) -> Bool {
    guard case .message(let declaration) = kind else { return false }
    return declaration.fullName == mapping.documentType
  }

  /// Whether its values are objects with the members of a message.
  fileprivate func holdsMembers(_ mapping: JSONMapping) -> Bool {
    guard case .message(let declaration) = kind else { return false }
    return declaration.wellKnownType == nil && !holdsDocument(mapping)
  }
}
