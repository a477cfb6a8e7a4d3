import PrometheusMetrics

extension MetricDescription {
  /// All that the server counts, in the order in which the README has it.
  static let all = calls + connections + storage + process

  private static let calls = [
    MetricDescription(
      "grpc.server.call.started", .counter, by: ["grpc.method"], "Calls that began."),
    MetricDescription(
      "grpc.server.call.duration", .histogram(bounds: callBounds), in: .seconds,
      by: ["grpc.method", "grpc.status"], "Calls that ended, and how long they took."),
    MetricDescription(
      "grpc.server.call.rcvd_total_compressed_message_size", .histogram(bounds: sizeBounds),
      in: .bytes, by: ["grpc.method", "grpc.status"], "Requests of a call, as they came."),
    MetricDescription(
      "grpc.server.call.sent_total_compressed_message_size", .histogram(bounds: sizeBounds),
      in: .bytes, by: ["grpc.method", "grpc.status"], "Responses to a call, as they went."),
  ]

  private static let connections = [
    MetricDescription(
      "workflow_history.tls.certificate_expiry_timestamp", .gauge, in: .seconds,
      "When the server's certificate ends, since 1970.")
  ]

  private static let storage = [
    MetricDescription(
      "workflow_history.change_log.lag", .gauge, in: .seconds, by: ["reader"],
      "Age of the oldest change that a reader of the change log has not read."),
    MetricDescription(
      "workflow_history.change_log.unread", .gauge, by: ["reader"],
      "Changes that a reader has not read, 100,000 at most."),
    MetricDescription(
      "workflow_history.reads.shared", .counter, by: ["read"],
      "Statistics and metrics that were read for another call too."),
    MetricDescription(
      "workflow_history.retention.executions", .counter, "Executions that retention took away."),
    MetricDescription(
      "workflow_history.patterns.executions_learned", .counter,
      "Executions that patterns were learned from."),
    MetricDescription(
      "workflow_history.patterns.active", .gauge, "Learned patterns that stand."),
  ]

  private static let process = [
    MetricDescription("process.cpu", .counter, in: .seconds, "CPU time, of user and system."),
    MetricDescription(
      "process.resident_memory", .gauge, in: .bytes, "Memory that is there at the moment."),
    MetricDescription(
      "process.virtual_memory", .gauge, in: .bytes, "Addresses that are in use."),
    MetricDescription("process.threads", .gauge, "Threads."),
    MetricDescription("process.open_fds", .gauge, "Files and sockets that are open."),
    MetricDescription("process.max_fds", .gauge, "Files and sockets that may be."),
    MetricDescription(
      "process.start_time", .gauge, in: .seconds, "When the process began, since 1970."),
    MetricDescription(
      "workflow_history.build", .info, by: ["version"], "The version of the package."),
  ]

  /// From what a read takes to what a stream may.
  private static let callBounds = [
    0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30,
    60, 600,
  ]
  /// By powers of 4, up to what a message may be.
  private static let sizeBounds = (3...11).map { Double(1 << ($0 * 2)) }
}
