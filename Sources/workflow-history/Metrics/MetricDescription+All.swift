import PrometheusMetrics

extension MetricDescription {
  /// All that the server counts, in the order in which docs/metrics.md has it.
  static let all = calls + connections + storage + process

  private static let calls = [
    MetricDescription(
      "grpc.server.call.started", .counter, by: ["grpc.method", "carrier"], "Calls that began."),
    MetricDescription(
      "grpc.server.call.duration", .histogram(bounds: callBounds), in: .seconds,
      by: ["grpc.method", "grpc.status", "carrier"], "Calls that ended, and how long they took."),
    MetricDescription(
      "grpc.server.call.rcvd_total_compressed_message_size", .histogram(bounds: sizeBounds),
      in: .bytes, by: ["grpc.method", "grpc.status"], "Requests of a call, as they came."),
    MetricDescription(
      "grpc.server.call.sent_total_compressed_message_size", .histogram(bounds: sizeBounds),
      in: .bytes, by: ["grpc.method", "grpc.status"], "Responses to a call, as they went."),
    MetricDescription(
      "workflow_history.calls.running", .gauge, by: ["grpc.method"],
      "Calls that have not ended: watches and other streams too."),
    MetricDescription(
      "workflow_history.calls.refused", .counter, by: ["grpc.status", "carrier"],
      "Requests that were refused before they were a call: of no method, too large, too late."),
    MetricDescription(
      "workflow_history.http.responses", .counter, by: ["carrier", "http.status"],
      "Answers by HTTP that is not gRPC: to calls, pages and documents, and to what was refused."),
    MetricDescription(
      "workflow_history.limits.reached", .counter, by: ["limit"],
      "How often a client was held to a limit, by its setting."),
    MetricDescription(
      "workflow_history.tokens.looked_up", .counter, by: ["cached"],
      "Tokens of calls: known from a call before, or with a signature to be checked."),
  ]

  private static let connections = [
    MetricDescription(
      "workflow_history.connections.open", .gauge, "Connections that are open."),
    MetricDescription(
      "workflow_history.connections.limit", .gauge, "Connections that may be."),
    MetricDescription(
      "workflow_history.connections.accepted", .counter, "Connections that were accepted."),
    MetricDescription(
      "workflow_history.connections.closed", .counter, by: ["reason"],
      "Connections that ended, and why."),
    MetricDescription(
      "workflow_history.tls.handshakes", .counter, by: ["version", "resumed"],
      "TLS handshakes that were completed."),
    MetricDescription(
      "workflow_history.tls.handshake_failures", .counter,
      "TLS handshakes that failed, or were not completed in time."),
    MetricDescription(
      "workflow_history.tls.certificate_expiry_timestamp", .gauge, in: .seconds,
      "When the server's certificate ends, since 1970."),
    MetricDescription(
      "workflow_history.memory.held", .gauge, in: .bytes,
      "What calls, and messages that wait, take."),
    MetricDescription(
      "workflow_history.memory.limit", .gauge, in: .bytes, "What they may take."),
    MetricDescription(
      "workflow_history.loop.turn", .histogram(bounds: turnBounds), in: .seconds, by: ["loop"],
      "Turns of an event loop, without its waits: nothing else of it is done meanwhile."),
  ]

  private static let storage = [
    MetricDescription(
      "workflow_history.postgres.pool_size", .gauge, by: ["role"],
      "Connections to Postgres that there are to be."),
    MetricDescription(
      "workflow_history.postgres.connections", .gauge, by: ["role"],
      "Connections to Postgres that stand."),
    MetricDescription(
      "workflow_history.postgres.connections_busy", .gauge, by: ["role"],
      "Connections to Postgres that have something to do."),
    MetricDescription(
      "workflow_history.postgres.statements", .gauge, by: ["role"],
      "Statements and transactions that wait or are under way."),
    MetricDescription(
      "workflow_history.postgres.connections_made", .counter, by: ["role"],
      "Connections to Postgres that were made."),
    MetricDescription(
      "workflow_history.postgres.connection_failures", .counter, by: ["role"],
      "Connections to Postgres that broke, or could not be made."),
    MetricDescription(
      "workflow_history.writes.waiting", .gauge, "Writes that wait or are under way."),
    MetricDescription(
      "workflow_history.writes.queued", .gauge, in: .bytes, "What they hold."),
    MetricDescription(
      "workflow_history.writes.batch_size", .histogram(bounds: batchBounds),
      "Writes of a batch."),
    MetricDescription(
      "workflow_history.writes.batch_duration", .histogram(bounds: callBounds), in: .seconds,
      "Batches, until their calls were answered."),
    MetricDescription(
      "workflow_history.change_log.lag", .gauge, in: .seconds, by: ["reader"],
      "Age of the oldest change that a reader (rollups, patterns) has not read; NaN if unknown."),
    MetricDescription(
      "workflow_history.change_log.unread", .gauge, by: ["reader"],
      "Changes that a reader has not read, 100,000 at most."),
    MetricDescription(
      "workflow_history.reads.shared", .counter, by: ["read"],
      "Calls that shared what was read for another."),
    MetricDescription(
      "workflow_history.retention.executions", .counter, "Executions that retention took away."),
    MetricDescription(
      "workflow_history.patterns.executions_learned", .counter,
      "Executions that patterns were learned from."),
    MetricDescription(
      "workflow_history.patterns.active", .gauge, "Learned patterns that stand; NaN if unknown."),
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
  private static let turnBounds = [
    0.000_1, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1,
  ]
  /// By powers of 2, up to the largest batch.
  private static let batchBounds = (0...9).map { Double(1 << $0) }
  /// By powers of 16, up to what a message may be: 64 bytes to 4 MiB.
  private static let sizeBounds = (0...4).map { Double(64 << ($0 * 4)) }
}
