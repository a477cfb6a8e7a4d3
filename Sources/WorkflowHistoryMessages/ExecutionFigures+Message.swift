import CGoogleProtos
import CWorkflowHistoryProtos
import ProtobufMessages
import WorkflowHistory

/// What both messages of statistics have: the figures of some executions.
protocol FiguresMessage {
  var total_executions: Int64 { get set }
  var pending_executions: Int64 { get set }
  var running_executions: Int64 { get set }
  var completed_executions: Int64 { get set }
  var failed_executions: Int64 { get set }
  var paused_executions: Int64 { get set }
  var success_rate: Double { get set }
  var average_duration_seconds: UnsafeMutablePointer<Google__Protobuf__DoubleValue>! { get set }
  var p50_duration_seconds: UnsafeMutablePointer<Google__Protobuf__DoubleValue>! { get set }
  var p95_duration_seconds: UnsafeMutablePointer<Google__Protobuf__DoubleValue>! { get set }
  var p99_duration_seconds: UnsafeMutablePointer<Google__Protobuf__DoubleValue>! { get set }
  var first_execution_at: UnsafeMutablePointer<Google__Protobuf__Timestamp>! { get set }
  var last_execution_at: UnsafeMutablePointer<Google__Protobuf__Timestamp>! { get set }
}

extension WorkflowHistory__V1__WorkflowStatistics: FiguresMessage {}
extension WorkflowHistory__V1__WorkflowTypeStatistics: FiguresMessage {}

extension ExecutionFigures {
  /// What a response's figures say.
  ///
  /// The mean duration is on the wire, but not of how many: it is read as of one duration.
  init(_ message: some FiguresMessage, _ reader: inout FieldReader) {
    let counts: [(WorkflowStatus, Int64)] = [
      (.pending, message.pending_executions), (.running, message.running_executions),
      (.completed, message.completed_executions), (.failed, message.failed_executions),
      (.paused, message.paused_executions),
    ]
    // Their sum is the total, which may not overflow.
    if counts.contains(where: { !(0...Int64.max / 5 ~= $0.1) }) {
      reader.refuse("total_executions", "has parts that are no counts")
    }
    let sum = reader.durationSum(
      "average_duration_seconds", message.average_duration_seconds, of: 1)
    self.init(
      counts: Dictionary(uniqueKeysWithValues: counts.filter { $0.1 > 0 }),
      durationCount: sum == nil ? 0 : 1,
      durationSumMicroseconds: sum ?? 0,
      p50DurationSeconds: reader.double("p50_duration_seconds", message.p50_duration_seconds),
      p95DurationSeconds: reader.double("p95_duration_seconds", message.p95_duration_seconds),
      p99DurationSeconds: reader.double("p99_duration_seconds", message.p99_duration_seconds),
      firstExecutionAt: reader.timestamp("first_execution_at", message.first_execution_at),
      lastExecutionAt: reader.timestamp("last_execution_at", message.last_execution_at))
  }

  /// Sets what the message has of the figures.
  func fill(_ message: inout some FiguresMessage, in arena: Arena) {
    message.total_executions = total
    message.pending_executions = counts[.pending] ?? 0
    message.running_executions = counts[.running] ?? 0
    message.completed_executions = counts[.completed] ?? 0
    message.failed_executions = counts[.failed] ?? 0
    message.paused_executions = counts[.paused] ?? 0
    message.success_rate = successRate
    message.average_duration_seconds = arena.double(averageDurationSeconds)
    message.p50_duration_seconds = arena.double(p50DurationSeconds)
    message.p95_duration_seconds = arena.double(p95DurationSeconds)
    message.p99_duration_seconds = arena.double(p99DurationSeconds)
    message.first_execution_at = arena.timestamp(firstExecutionAt)
    message.last_execution_at = arena.timestamp(lastExecutionAt)
  }
}

extension FieldReader {
  /// The microseconds that `count` durations of this mean add up to; nil where it is absent.
  mutating func durationSum(
    _ name: String, _ mean: UnsafeMutablePointer<Google__Protobuf__DoubleValue>?, of count: Int64
  ) -> Int64? {
    guard let mean = double(name, mean) else { return nil }
    if let sum = Int64(exactly: (mean * 1e6 * Double(count)).rounded()) { return sum }
    refuse(name, "is too large")
    return nil
  }
}
