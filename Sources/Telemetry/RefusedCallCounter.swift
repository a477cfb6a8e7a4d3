internal import Metrics
public import RPC

/// Counts calls that are refused before they come to the interceptors, `workflow_history.calls.refused` by
/// `grpc.status` and `carrier`: what they would have called is up to the caller, and so no attribute.
public struct RefusedCallCounter: Sendable {
  /// By code, those of each carrier after those of the one before.
  private let counters: [Counter]

  /// Counts with the system that the process was set up with.
  public init() { self.init(factory: MetricsSystem.factory) }

  init(factory: any MetricsFactory) {
    counters = CallCarrier.allCases.flatMap { carrier in
      (0..<RPCStatusCode.count).map { index in
        Counter(
          label: "workflow_history.calls.refused",
          dimensions: [
            ("grpc.status", RPCStatusCode(rawValue: Int32(index)).figureName),
            ("carrier", "\(carrier)"),
          ], factory: factory)
      }
    }
  }

  /// Counts one.
  public func count(_ call: RefusedCall) {
    counters[call.carrier.rawValue * RPCStatusCode.count + call.status.code.figureIndex].increment()
  }
}
