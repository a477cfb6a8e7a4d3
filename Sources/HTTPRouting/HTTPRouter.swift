public import ProtobufJSON
public import ProtobufMessages

/// Finds the method that a request of HTTP calls, by its rules (google/api/http.proto).
public struct HTTPRouter: Sendable {
  /// What a request's method and target lead to.
  public enum Outcome: Sendable {
    case call(HTTPCall)
    /// No rule has this path: 404.
    case notFound
    /// Rules have this path, with these methods of HTTP: 405, with `Allow`.
    case methodNotAllowed([String])
  }

  private var routes: [Route] = []
  private let mapping: JSONMapping

  /// A router of one service.
  ///
  /// - Parameters:
  ///   - rules: The bindings. Where the paths of some match, and one has a verb, those without don't count; of
  ///     the others the first does.
  ///   - service: The service that they are of.
  ///   - messages: What its requests and responses are, by their full names.
  ///   - mapping: How values and bodies are read.
  /// - Throws: A ``HTTPRuleError`` where a rule names what the service doesn't have.
  public init(
    _ rules: [HTTPRule], service: ServiceDescriptor, messages: [String: MessageDescriptor],
    mapping: JSONMapping
  ) throws(HTTPRuleError) {
    self.mapping = mapping
    for rule in rules {
      guard
        let method = service.methods.first(where: { "\($0.service).\($0.name)" == rule.selector }),
        let request = messages[method.requestType], let response = messages[method.responseType]
      else { throw HTTPRuleError(description: "\(rule.selector) is no method of the service") }
      guard !method.isClientStreaming else {
        throw HTTPRuleError(description: "\(rule.selector) takes a stream, which a body can't be")
      }
      routes.append(try Route(rule, method, request, response))
    }
    // Sorting keeps the order of those that are alike.
    routes = routes.filter { !$0.template.verb.isEmpty } + routes.filter(\.template.verb.isEmpty)
  }

  /// Where a request leads, as far as its head says.
  ///
  /// - Parameters:
  ///   - method: HTTP's method, in upper case.
  ///   - target: The path, and the query where there is one, as they were sent.
  public func route(_ method: String, _ target: String) -> Outcome {
    let path = target.prefix { $0 != "?" }
    var allowed: [String] = []
    var hasVerb = false
    for route in routes {
      // What is a verb is no part of a field, whatever method it is for.
      if hasVerb, route.template.verb.isEmpty { break }
      guard let fields = route.template.match(path) else { continue }
      hasVerb = !route.template.verb.isEmpty
      guard route.methods.contains(method) else {
        for other in route.methods where !allowed.contains(other) { allowed.append(other) }
        continue
      }
      let query = target.dropFirst(path.count).dropFirst()
      return .call(HTTPCall(route, path: fields, query: query, mapping))
    }
    return allowed.isEmpty ? .notFound : .methodNotAllowed(allowed)
  }
}

/// A rule, and what it names.
struct Route: Sendable {
  let rule: HTTPRule
  let method: MethodDescriptor
  let request: MessageDescriptor
  let response: MessageDescriptor
  let template: PathTemplate
  /// The field that the body is. Nil where it is the whole request, or there is none.
  let bodyField: FieldDescriptor?

  /// The methods of HTTP that lead here. HEAD is for what GET is for (RFC 9110, section 9.3.2), but not of a
  /// stream: what its head says is known when it has begun, which is more than who asks for that wants done.
  var methods: [String] {
    rule.method == "GET" && !method.isServerStreaming ? ["GET", "HEAD"] : [rule.method]
  }

  init(
    _ rule: HTTPRule, _ method: MethodDescriptor, _ request: MessageDescriptor,
    _ response: MessageDescriptor
  ) throws(HTTPRuleError) {
    self.rule = rule
    self.method = method
    self.request = request
    self.response = response
    template = try PathTemplate(rule.path)
    for case .field(let path) in template.segments {
      guard let last = request.fields(at: path)?.last, !last.isRepeated else {
        throw HTTPRuleError(
          description: "\(rule.selector): \(path) is no single field of its request")
      }
    }
    guard case .field(let name) = rule.body else {
      bodyField = nil
      return
    }
    guard let index = request.index(of: name), !request.fields[index].isRepeated else {
      throw HTTPRuleError(
        description: "\(rule.selector): \(name) is no single field of its request")
    }
    bodyField = request.fields[index]
  }
}

/// A call of a method by HTTP, whose body may still have to come. Its parameters are read with it.
public struct HTTPCall: Sendable {
  let route: Route
  private let path: [(field: String, text: Substring)]
  private let query: Substring
  private let mapping: JSONMapping
  /// The token to go on with, whatever the query says.
  var resumeToken: String?

  init(
    _ route: Route, path: [(field: String, text: Substring)], query: Substring,
    _ mapping: JSONMapping
  ) {
    self.route = route
    self.path = path
    self.query = query
    self.mapping = mapping
  }

  /// The method that is called.
  public var method: MethodDescriptor { route.method }

  /// Whether there may be a body.
  public var takesBody: Bool { route.rule.body != .none }

  /// The request's wire bytes.
  ///
  /// What the path and the query say goes before what the body says.
  ///
  /// - Parameter body: The body, JSON. Empty: nothing but what the path and the query say.
  /// - Throws: A ``MessageError`` that names the field or the parameter which is refused.
  public func request(body: [UInt8]) throws(MessageError) -> [UInt8] {
    let parameters = try parameters()
    if body.isEmpty { return parameters }
    guard takesBody else {
      throw MessageError(field: nil, description: "a request of this method and path has no body")
    }
    // The bytes of messages one after the other are those of their merger, in which the last wins.
    if let bodyField = route.bodyField {
      return try mapping.wire(fromJSON: body, asField: bodyField) + parameters
    }
    return try mapping.wire(fromJSON: body, as: route.request) + parameters
  }

  /// The wire bytes of what the path and the query say.
  private func parameters() throws(MessageError) -> [UInt8] {
    var binder = ParameterBinder(route, mapping)
    for (field, text) in path { try binder.bind(path: field, text) }
    try binder.bind(query: query)
    guard let resumeToken, let field = route.request.resumeToken else { return binder.wire }
    // The last wins.
    return try binder.wire + mapping.wire(fromText: resumeToken, at: [field])
  }

  /// The JSON of a response.
  ///
  /// - Parameter response: Its wire bytes.
  /// - Throws: A ``MessageError`` where these are none, or what they say has no JSON.
  public func json(of response: [UInt8]) throws(MessageError) -> [UInt8] {
    try mapping.json(of: response, as: route.response)
  }
}
