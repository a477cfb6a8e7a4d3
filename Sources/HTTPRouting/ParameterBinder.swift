import ProtobufJSON
import ProtobufMessages

/// Takes the values of a path and of a query as fields of a request.
struct ParameterBinder {
  private let route: Route
  private let mapping: JSONMapping
  /// The wire bytes of what was bound.
  private(set) var wire: [UInt8] = []
  /// The fields that were bound, by their paths in the proto.
  private var bound: Set<String> = []

  init(_ route: Route, _ mapping: JSONMapping) {
    self.route = route
    self.mapping = mapping
  }

  /// Binds a segment of the path.
  mutating func bind(path: String, _ text: Substring) throws(MessageError) {
    guard let fields = route.request.fields(at: path) else { throw unknown(path) }
    guard let value = PercentEncoding.decode(text) else {
      throw MessageError(field: fields.path, description: Self.badEncoding)
    }
    bound.insert(fields.path)
    wire += try mapping.wire(fromText: value, at: fields)
  }

  /// Binds a query's parameters: `page_size=5&statuses=WORKFLOW_STATUS_FAILED`, under either name of a
  /// field, its message's before it with a dot between. Those of repeated fields may stand many times.
  mutating func bind(query: Substring) throws(MessageError) {
    for pair in query.split(separator: "&") {
      let name = pair.prefix { $0 != "=" }
      guard let path = PercentEncoding.decode(name, spaces: true) else {
        throw MessageError(field: nil, description: "the query: a name \(Self.badEncoding)")
      }
      guard route.rule.body != .request, let fields = route.request.fields(at: path),
        route.bodyField == nil || fields[0].number != route.bodyField?.number
      else { throw unknown(path) }
      guard let value = PercentEncoding.decode(pair.dropFirst(name.count + 1), spaces: true) else {
        throw MessageError(field: fields.path, description: Self.badEncoding)
      }
      let isRepeated = fields.last?.isRepeated ?? false
      guard bound.insert(fields.path).inserted || isRepeated else {
        throw MessageError(field: fields.path, description: "stands more than once")
      }
      wire += try mapping.wire(fromText: value, at: fields)
    }
  }

  private static let badEncoding = "is not percent-encoded UTF-8"

  private func unknown(_ name: String) -> MessageError {
    MessageError(
      field: JSONMapping.shown(name),
      description: "is no parameter of \(route.rule.method) \(route.rule.path)")
  }
}

extension MessageDescriptor {
  /// The fields that a path with dots between names leads through. Nil where there is no such path, or
  /// it doesn't end at what a text can say.
  func fields(at path: String) -> [FieldDescriptor]? {
    var message: MessageDescriptor? = self
    var fields: [FieldDescriptor] = []
    for name in path.split(separator: ".", omittingEmptySubsequences: false) {
      // Nothing leads through repeated fields, or through what has a form of its own.
      guard let declaration = message, declaration.wellKnownType == nil,
        fields.last?.isRepeated != true, let index = declaration.index(of: String(name))
      else { return nil }
      let field = declaration.fields[index]
      fields.append(field)
      message = if case .message(let inner) = field.kind { inner } else { nil }
    }
    return message == nil || message?.wellKnownType != nil ? fields : nil
  }
}

extension [FieldDescriptor] {
  /// The path as the proto spells it.
  fileprivate var path: String { map(\.name).joined(separator: ".") }
}
