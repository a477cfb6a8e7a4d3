internal import Metrics
internal import ProtobufMessages
public import RPC

/// Counts and times calls through swift-metrics, under the names that OpenTelemetry and gRPC have
/// for a server (gRFC A66): `grpc.server.call.started`, `grpc.server.call.duration`, and
/// `grpc.server.call.rcvd_total_compressed_message_size` and `...sent_...`, with the attributes
/// `grpc.method` and `grpc.status`.
///
/// Not `Sendable`: each loop has one, which keeps what it has asked the metrics system for.
public final class MetricsInterceptor: ServerInterceptor {
  private let factory: any MetricsFactory
  private let clock = ContinuousClock()
  private var methods: [String: MethodMetrics] = [:]

  /// Counts with the system that the process was set up with; with none, nothing is kept.
  public convenience init() { self.init(factory: MetricsSystem.factory) }

  init(factory: any MetricsFactory) { self.factory = factory }

  /// Counts the call when it begins, and times it until its handler has ended.
  public func intercept(_ call: ServerCall, _ next: () async throws -> Void) async throws {
    let metrics = metrics(of: call)
    metrics.started.increment()
    let begun = clock.now
    do {
      try await next()
      metrics.ended(call, .ok, after: clock.now - begun)
    } catch {
      metrics.ended(call, call.code(of: error), after: clock.now - begun)
      throw error
    }
  }

  private func metrics(of call: ServerCall) -> MethodMetrics {
    if let known = methods[call.path] { return known }
    let made = MethodMetrics(method: String(call.path.dropFirst()), factory: factory)
    methods[call.path] = made
    return made
  }
}

/// The metrics of one method: what has a status is made when a call first ends with it.
private final class MethodMetrics {
  let started: Counter
  private let method: String
  private let factory: any MetricsFactory
  private var endings: [Int32: Ending] = [:]

  private struct Ending {
    let duration: Timer
    let received: Recorder
    let sent: Recorder
  }

  init(method: String, factory: any MetricsFactory) {
    self.method = method
    self.factory = factory
    started = Counter(
      label: "grpc.server.call.started", dimensions: [("grpc.method", method)], factory: factory)
  }

  func ended(_ call: ServerCall, _ code: RPCStatusCode, after duration: Duration) {
    let code = call.endedEarlyAs ?? code
    let ending = ending(code)
    let (seconds, attoseconds) = duration.components
    ending.duration.recordNanoseconds(seconds * 1_000_000_000 + attoseconds / 1_000_000_000)
    ending.received.record(call.receivedBytes)
    ending.sent.record(call.sentBytes)
  }

  private func ending(_ code: RPCStatusCode) -> Ending {
    if let known = endings[code.rawValue] { return known }
    let dimensions = [("grpc.method", method), ("grpc.status", code.description)]
    let size = { (direction: String) in
      Recorder(
        label: "grpc.server.call.\(direction)_total_compressed_message_size",
        dimensions: dimensions, aggregate: true, factory: self.factory)
    }
    let made = Ending(
      duration: Timer(
        label: "grpc.server.call.duration", dimensions: dimensions, factory: factory),
      received: size("rcvd"), sent: size("sent"))
    endings[code.rawValue] = made
    return made
  }
}
