internal import Metrics
public import ProtobufMessages
public import RPC

/// Counts and times calls through swift-metrics, under the names that OpenTelemetry and gRPC have
/// for a server (gRFC A66): `grpc.server.call.started`, `grpc.server.call.duration`, and
/// `grpc.server.call.rcvd_total_compressed_message_size` and `...sent_...`, with the attributes
/// `grpc.method` and `grpc.status`, and `carrier` where it matters; `workflow_history.calls.running` is how
/// many have not ended.
///
/// Not `Sendable`: each loop has one, which keeps of each method what it has asked the metrics
/// system for.
public final class MetricsInterceptor: ServerInterceptor {
  private let factory: any MetricsFactory

  /// Counts with the system that the process was set up with; with none, nothing is kept.
  public convenience init() { self.init(factory: MetricsSystem.factory) }

  init(factory: any MetricsFactory) { self.factory = factory }

  /// Counts each call when it begins, and times it until its handler has ended. One that ends before its
  /// handler begins counts as well.
  public func interception(of method: MethodDescriptor) -> Interception? {
    let metrics = MethodMetrics(method: String(method.path.dropFirst()), factory: factory)
    return Interception(
      admit: { call in
        metrics.began(call)
        return nil
      },
      conclude: { call, failure in
        metrics.ended(call, failure.map(call.code) ?? .ok)
        return failure
      },
      passOver: { call in
        metrics.began(call)
        metrics.ended(call, .cancelled)
      })
  }
}

/// The metrics of one method: what has a status is made when a call first ends with it.
private final class MethodMetrics {
  private let method: String
  private let factory: any MetricsFactory
  /// By what carries the calls.
  private let started: [Counter]
  private let running: Meter
  /// By code, those of each carrier after those of the one before.
  private var endings: [Ending?]

  private struct Ending {
    let duration: Timer
    let received: Recorder
    let sent: Recorder
  }

  init(method: String, factory: any MetricsFactory) {
    self.method = method
    self.factory = factory
    started = CallCarrier.allCases.map { carrier in
      Counter(
        label: "grpc.server.call.started",
        dimensions: [("grpc.method", method), ("carrier", "\(carrier)")], factory: factory)
    }
    running = Meter(
      label: "workflow_history.calls.running", dimensions: [("grpc.method", method)],
      factory: factory)
    endings = Array(repeating: nil, count: CallCarrier.allCases.count * RPCStatusCode.count)
  }

  func began(_ call: ServerCall) {
    started[call.carrier.rawValue].increment()
    running.increment()
  }

  func ended(_ call: ServerCall, _ code: RPCStatusCode) {
    running.decrement()
    let ending = ending(call.endedEarlyAs ?? code, call.carrier)
    let (seconds, attoseconds) = (ContinuousClock.now - call.begun).components
    ending.duration.recordNanoseconds(seconds * 1_000_000_000 + attoseconds / 1_000_000_000)
    ending.received.record(call.receivedBytes)
    ending.sent.record(call.sentBytes)
  }

  private func ending(_ code: RPCStatusCode, _ carrier: CallCarrier) -> Ending {
    let index = carrier.rawValue * RPCStatusCode.count + code.figureIndex
    if let known = endings[index] { return known }
    let dimensions = [("grpc.method", method), ("grpc.status", code.figureName)]
    let size = { (direction: String) in
      Recorder(
        label: "grpc.server.call.\(direction)_total_compressed_message_size",
        dimensions: dimensions, aggregate: true, factory: self.factory)
    }
    let made = Ending(
      duration: Timer(
        label: "grpc.server.call.duration", dimensions: dimensions + [("carrier", "\(carrier)")],
        factory: factory),
      received: size("rcvd"), sent: size("sent"))
    endings[index] = made
    return made
  }
}
