public import ProtobufMessages

/// Finds the handler of a path. One for each loop.
public struct Dispatcher {
  /// A method and what serves it.
  public final class Route {
    /// The method.
    public var method: MethodDescriptor { served.descriptor }
    /// Whether the client sends any number of requests, and its handler begins before they came.
    public let streamsRequests: Bool
    private let served: ServedMethod
    private let handler: MethodHandler
    /// The outermost first.
    private let interceptions: [Interception]
    /// What is asked while a call streams.
    private let rechecks: [Interception.Recheck]

    init(
      _ method: MethodDescriptor, _ handler: MethodHandler,
      _ interceptors: [any ServerInterceptor]
    ) {
      served = ServedMethod(method)
      streamsRequests = method.isClientStreaming
      self.handler = handler
      interceptions = interceptors.compactMap { $0.interception(of: method) }
      let isStream = method.isClientStreaming || method.isServerStreaming
      rechecks = isStream ? interceptions.compactMap(\.recheck) : []
    }

    /// A call of the method.
    public func call(_ head: CallHead, peer: CallPeer) -> ServerCall {
      ServerCall(served, metadata: head.metadata, peer: peer, timeout: head.timeout)
    }

    /// Serves a call: it passes the interceptors, then its handler, and the interceptors again, in
    /// the opposite order. Throws what the call ends with, where that is not OK.
    public func serve(
      _ call: ServerCall, _ requests: MessageQueue, _ responses: any ResponseSink
    ) async throws {
      var admitted = 0
      var failure: (any Error)?
      do {
        for interception in interceptions {
          if let rest = try interception.admit(call) { try await rest() }
          admitted += 1
        }
        call.rechecks = rechecks
        try await handler.serve(call, requests, responses)
      } catch {
        failure = error
      }
      while admitted > 0 {
        admitted -= 1
        failure = interceptions[admitted].conclude(call, failure)
      }
      if let failure { throw failure }
    }

    /// Tells of a call that has ended before it was served.
    public func passOver(_ call: ServerCall) {
      for interception in interceptions { interception.passOver(call) }
    }
  }

  /// Few enough that comparing is cheaper than hashing.
  private var routes: [(path: [UInt8], route: Route)] = []
  private var services: Set<String> = []
  /// Called when the server is about to stop: calls that would never end by themselves end now.
  public let willDrain: () -> Void

  /// Serves these services.
  ///
  /// - Parameters:
  ///   - interceptors: what each call passes, the outermost first.
  ///   - willDrain: called when the server is about to stop, to end the calls that would go on.
  public init(
    _ services: [RPCService], interceptors: [any ServerInterceptor],
    willDrain: @escaping () -> Void = {}
  ) {
    self.willDrain = willDrain
    for service in services {
      self.services.insert(service.descriptor.fullName)
      for method in service.descriptor.methods {
        guard let handler = service.handlers[method.name] else { continue }
        routes.append((Array(method.path.utf8), Route(method, handler, interceptors)))
      }
    }
  }

  /// The route of a path, which must be the method's to the letter; else UNIMPLEMENTED.
  public func route(_ path: [UInt8]) throws(RPCStatus) -> Route {
    for candidate in routes where candidate.path == path { return candidate.route }
    let parts = String(decoding: path, as: UTF8.self)
      .split(separator: "/", maxSplits: 3, omittingEmptySubsequences: false)
    guard parts.count == 3, parts[0].isEmpty else {
      throw RPCStatus(.unimplemented, "the path is not /Service/Method")
    }
    guard services.contains(String(parts[1])) else {
      throw RPCStatus(.unimplemented, "unknown service")
    }
    throw RPCStatus(.unimplemented, "unknown method of \(parts[1])")
  }
}
