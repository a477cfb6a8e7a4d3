public import ProtobufMessages

/// One call as its handler and the interceptors see it.
///
/// Not `Sendable`: it lives on its connection's loop.
public final class ServerCall {
  /// The method that is called.
  public var method: MethodDescriptor { served.descriptor }
  private let served: ServedMethod
  /// The method's path.
  public var path: String { served.descriptor.path }
  /// When a response is compressed.
  public enum Compression: Sendable {
    /// Where it is large enough for that to pay.
    case automatic
    case always
    case never
  }

  /// What the caller sent along.
  public let metadata: Metadata
  /// Who calls, as the transport knows it.
  public let peer: CallPeer
  /// What carries the call.
  public var carrier: CallCarrier { http?.carrier ?? .grpc }
  /// The request of HTTP that made the call; nil where it is gRPC's.
  public package(set) var http: HTTPRequestOfCall?
  /// How long the caller waited when the call came in. Nil: forever.
  public let timeout: Duration?
  /// When the call came in.
  public let begun = ContinuousClock.now
  /// What is sent before the answer.
  public var initialMetadata = Metadata()
  /// What is sent after the answer, or with the error.
  public var trailingMetadata = Metadata()
  /// Whether the request that was taken last came compressed.
  public internal(set) var requestWasCompressed = false
  /// Whether the responses that follow are compressed, where the caller takes that.
  public var compression = Compression.automatic
  /// The bytes of the requests that have come, as they came: compressed, without their prefixes.
  public package(set) var receivedBytes = 0
  /// The bytes of the request that was taken last, decompressed, where the client streams.
  public internal(set) var requestBytes = 0
  /// The bytes of the responses that were sent, likewise.
  public package(set) var sentBytes = 0
  /// How the call ended, where that was before its handler did: its deadline has passed, or its
  /// caller has gone.
  public package(set) var endedEarlyAs: RPCStatusCode?
  /// What is asked before each message, where the call streams.
  var rechecks: [Interception.Recheck] = []
  /// What interceptors found out, by type; the first is mostly all there is.
  private var value: TypedValue?
  private var moreValues: [TypedValue] = []

  private typealias TypedValue = (type: ObjectIdentifier, value: any Sendable)

  /// A call of `method`.
  public convenience init(
    method: MethodDescriptor, metadata: Metadata, peer: CallPeer, timeout: Duration?
  ) {
    self.init(ServedMethod(method), metadata: metadata, peer: peer, timeout: timeout)
  }

  init(_ served: ServedMethod, metadata: Metadata, peer: CallPeer, timeout: Duration?) {
    self.served = served
    self.metadata = metadata
    self.peer = peer
    self.timeout = timeout
  }

  /// Asks the interceptors whether a call that streams may go on.
  func recheck() throws {
    for recheck in rechecks { try recheck(self) }
  }

  /// The code that the call ends with where its handler throws this.
  public func code(of error: any Error) -> RPCStatusCode {
    switch error {
    case let status as RPCStatus: status.code
    case is CancellationError: .cancelled
    default: .internal
    }
  }

  /// What an interceptor attached under this type, such as who the caller is.
  public subscript<Value: Sendable>(type: Value.Type) -> Value? {
    get {
      let type = ObjectIdentifier(type)
      if let value, value.type == type { return value.value as? Value }
      return moreValues.first { $0.type == type }?.value as? Value
    }
    set {
      let type = ObjectIdentifier(type)
      let newValue = newValue.map { (type, $0 as any Sendable) }
      if value == nil && moreValues.isEmpty || value?.type == type { return value = newValue }
      moreValues.removeAll { $0.type == type }
      if let newValue { moreValues.append(newValue) }
    }
  }
}

/// Serves a call: reads its requests, sends its responses, and returns when all of these were sent,
/// or throws the ``RPCStatus`` that the call ends with.
public typealias CallHandler = (ServerCall, MessageQueue, any ResponseSink) async throws -> Void

/// A descriptor that many calls share.
final class ServedMethod {
  let descriptor: MethodDescriptor

  init(_ descriptor: MethodDescriptor) { self.descriptor = descriptor }
}
