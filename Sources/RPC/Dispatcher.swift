public import ProtobufMessages

/// Finds the handler of a path. One for each loop.
public struct Dispatcher {
  /// A method and what serves it, interceptors included.
  public struct Route {
    /// The method.
    public let method: MethodDescriptor
    /// What serves it.
    public let handler: CallHandler
    /// Whether the client sends any number of requests, and its handler begins before they came.
    public var streamsRequests: Bool { method.isClientStreaming }
  }

  private var routes: [String: Route] = [:]
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
        routes[method.path] = Route(
          method: method,
          handler: interceptors.reversed().reduce(handler) { next, interceptor in
            { call, requests, responses in
              try await interceptor.intercept(call) { try await next(call, requests, responses) }
            }
          })
      }
    }
  }

  /// The route of a path, which must be the method's to the letter; else UNIMPLEMENTED.
  public func route(_ path: String) throws(RPCStatus) -> Route {
    if let route = routes[path] { return route }
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 3, parts[0].isEmpty else {
      throw RPCStatus(.unimplemented, "the path is not /Service/Method")
    }
    guard services.contains(String(parts[1])) else {
      throw RPCStatus(.unimplemented, "unknown service")
    }
    throw RPCStatus(.unimplemented, "unknown method of \(parts[1])")
  }
}
