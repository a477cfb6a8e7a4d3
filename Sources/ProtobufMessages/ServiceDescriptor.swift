/// A method of a service, as its proto declares it.
public struct MethodDescriptor: Hashable, Sendable {
  /// What the proto says of calling the method again.
  public enum Idempotency: Hashable, Sendable {
    /// Nothing is said.
    case unknown
    /// The method changes nothing.
    case noSideEffects
    /// The same call again changes nothing more.
    case idempotent
  }

  /// The full name of its service, such as `workflow_history.v1.WorkflowHistoryService`.
  public var service: String
  /// Its name, such as `SaveWorkflowExecution`.
  public var name: String
  /// The path of its calls, such as
  /// `/workflow_history.v1.WorkflowHistoryService/SaveWorkflowExecution`.
  public var path: String
  /// The full name of the request's message.
  public var requestType: String
  /// The full name of the response's message.
  public var responseType: String
  /// Whether the client sends any number of requests.
  public var isClientStreaming: Bool
  /// Whether the server sends any number of responses.
  public var isServerStreaming: Bool
  /// The option `idempotency_level`.
  public var idempotency: Idempotency
  /// The option `deprecated`.
  public var isDeprecated: Bool

  /// A method of the service with this full name.
  public init(
    service: String, name: String, requestType: String, responseType: String,
    isClientStreaming: Bool = false, isServerStreaming: Bool = false,
    idempotency: Idempotency = .unknown, isDeprecated: Bool = false
  ) {
    self.service = service
    self.name = name
    self.path = "/\(service)/\(name)"
    self.requestType = requestType
    self.responseType = responseType
    self.isClientStreaming = isClientStreaming
    self.isServerStreaming = isServerStreaming
    self.idempotency = idempotency
    self.isDeprecated = isDeprecated
  }
}

/// A service, as its proto declares it.
public struct ServiceDescriptor: Hashable, Sendable {
  /// Its package and name, such as `workflow_history.v1.WorkflowHistoryService`.
  public var fullName: String
  /// Its methods, in the proto's order.
  public var methods: [MethodDescriptor]

  /// A service of these methods.
  public init(fullName: String, methods: [MethodDescriptor]) {
    self.fullName = fullName
    self.methods = methods
  }
}
