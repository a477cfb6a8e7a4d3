import Logging
import Synchronization
import Testing
import WorkflowHistory
import WorkflowHistoryClient
import WorkflowHistoryMessages

@testable import WorkflowHistoryRecorder

/// A server, a client of it, and the folder of a spool.
struct Setting: Sendable {
  let server: StoringServer
  let client: WorkflowHistoryClient
  let folder: SpoolPlace
  let log = Log()

  func recorder(
    _ options: RecorderOptions = RecorderOptions(), clock: RecorderClock = .system
  ) throws -> ExecutionRecorder {
    var options = options
    options.backoff = .brief
    return try ExecutionRecorder(
      client: client, spool: folder.spool, options: options, logger: log.logger, clock: clock)
  }

  func stored(_ id: ExecutionID) async throws -> WorkflowExecution {
    try await client.get(GetWorkflowExecutionRequest(id: id)).execution
  }

  /// All that alice has, the oldest first.
  func history() async throws -> [WorkflowExecution] {
    let request = GetUserWorkflowHistoryRequest(pageSize: 100)
    return try await client.history(request).page.executions.reversed()
  }

  func update(
    _ id: ExecutionID, _ paths: [String], _ change: (inout ExecutionFields) -> Void
  ) async throws {
    var fields = ExecutionFields()
    fields.id = id
    change(&fields)
    _ = try await client.update(
      UpdateWorkflowExecutionRequest(execution: fields, updateMask: paths))
  }
}

/// Runs `body` with a server of its own.
func withSetting(_ body: (Setting) async throws -> Void) async throws {
  let server = try await StoringServer.start()
  let setting = Setting(
    server: server, client: try await server.client(), folder: try SpoolPlace())
  do {
    try await body(setting)
  } catch {
    await setting.client.close()
    await server.stop()
    throw error
  }
  await setting.client.close()
  await server.stop()
}

/// What a recorder logs, from warnings on.
final class Log: Sendable {
  private let stored = Mutex<[String]>([])

  var messages: [String] { stored.withLock(\.self) }
  var logger: Logger { Logger(label: "test") { _ in Handler(log: self) } }

  func count(_ text: String) -> Int { messages.count { $0.contains(text) } }

  private struct Handler: LogHandler {
    let log: Log
    var logLevel = Logger.Level.warning
    var metadata: Logger.Metadata = [:]

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
      get { metadata[key] }
      set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
      let details = (event.metadata ?? [:]).sorted { $0.key < $1.key }.map { "\($0)=\($1)" }
      log.stored.withLock { $0.append("\(event.message) \(details.joined(separator: " "))") }
    }
  }
}

extension ExecutionRecorder {
  /// Records a run of which nothing more matters, and returns its id.
  @discardableResult
  func run(
    input: RunDocument? = nil, _ body: (ExecutionRun) async throws -> Void = { _ in }
  ) async throws -> ExecutionID {
    try await record(workflowType: "nightly", workflowID: "wf-1", input: input) { run in
      try await body(run)
      return run.executionID
    }
  }
}

extension JSONDocument {
  var text: String { String(decoding: utf8, as: UTF8.self) }
}
