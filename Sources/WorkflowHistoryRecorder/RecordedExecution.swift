internal import ProtobufMessages
internal import WorkflowHistory
internal import WorkflowHistoryMessages

/// A run, RUNNING; or all of it, where its end is known before it was sent.
struct Beginning: Equatable, Sendable {
  let id: ExecutionID
  private(set) var execution: ExecutionFields

  init(_ id: ExecutionID, _ execution: ExecutionFields) {
    self.id = id
    self.execution = execution
    self.execution.id = id
  }

  var isRunning: Bool { execution.status == .running }

  var request: SaveWorkflowExecutionRequest { SaveWorkflowExecutionRequest(execution: execution) }

  /// The same without documents, and with a short error.
  var bare: Beginning {
    var bare = self
    bare.execution.strip()
    return bare
  }

  /// Both in one.
  mutating func end(with ending: Ending) {
    let end = ending.execution
    if let status = end.status { execution.status = status }
    if let time = end.endTime { execution.endTime = time }
    if let duration = end.durationSeconds { execution.durationSeconds = duration }
    if let output = end.outputData { execution.outputData = output }
    if let tasks = end.taskResults { execution.taskResults = tasks }
    if let error = end.errorMessage { execution.errorMessage = error }
  }
}

/// What the end of a run changes: the fields that are set.
struct Ending: Equatable, Sendable {
  let id: ExecutionID
  private(set) var execution: ExecutionFields

  init(_ id: ExecutionID, _ execution: ExecutionFields) {
    self.id = id
    self.execution = execution
    self.execution.id = id
  }

  /// The update, of the execution at this version.
  func request(expecting version: Int32) -> UpdateWorkflowExecutionRequest {
    let paths = [
      ("status", execution.status != nil),
      ("end_time", execution.endTime != nil),
      ("duration_seconds", execution.durationSeconds != nil),
      ("output_data", execution.outputData != nil),
      ("task_results", execution.taskResults != nil),
      ("error_message", execution.errorMessage != nil),
    ]
    return UpdateWorkflowExecutionRequest(
      execution: execution, updateMask: paths.filter(\.1).map(\.0), expectedVersion: version)
  }

  /// The same without documents, and with a short error.
  var bare: Ending {
    var bare = self
    bare.execution.strip()
    return bare
  }

  /// Whether this is how the execution has ended. No other end is of the same instant and duration;
  /// documents need not be compared.
  func isCarriedOut(in stored: WorkflowExecution) -> Bool {
    stored.status == execution.status && stored.endTime == execution.endTime
      && stored.durationSeconds == execution.durationSeconds
  }
}

extension ExecutionFields {
  /// What an error keeps where there is no room for more, in bytes.
  static let shortErrorBytes = 1_024

  fileprivate mutating func strip() {
    inputData = nil
    outputData = nil
    taskResults = nil
    executionMetadata = nil
    errorMessage = errorMessage.map { truncated($0, to: Self.shortErrorBytes) }
  }
}

extension SpoolRecord {
  init(_ beginning: Beginning, _ arena: Arena) {
    self.init(kind: .save, content: beginning.request.encode(arena: arena, prefix: 0))
    arena.reset()
  }

  init(_ ending: Ending, _ arena: Arena) {
    self.init(kind: .update, content: ending.request(expecting: 1).encode(arena: arena, prefix: 0))
    arena.reset()
  }
}

/// What the records of a segment ask for. It is the same whenever the segment is read, so what is sent
/// again is the same too.
struct SegmentRequests: Sendable {
  /// In their order. A run whose beginning and end are both here is one of them.
  private(set) var beginnings: [Beginning] = []
  /// In their order; the beginnings of their runs went before.
  private(set) var endings: [Ending] = []
  /// Records that are whole and make no sense, and why.
  private(set) var unreadable: [(record: SpoolRecord, reason: MessageError)] = []

  init(_ records: [SpoolRecord]) {
    let arena = Arena()
    var places: [ExecutionID: Int] = [:]
    for record in records {
      defer { arena.reset() }
      do throws(MessageError) {
        switch record.kind {
        case .save:
          let beginning = try Self.beginning(record, arena)
          places[beginning.id] = beginnings.count
          beginnings.append(beginning)
        case .update:
          let ending = try Self.ending(record, arena)
          if let place = places[ending.id] {
            beginnings[place].end(with: ending)
          } else {
            endings.append(ending)
          }
        }
      } catch {
        unreadable.append((record, error))
      }
    }
  }

  private static let noID = MessageError(field: "execution.id", description: "is required")

  private static func beginning(
    _ record: SpoolRecord, _ arena: Arena
  ) throws(MessageError) -> Beginning {
    let request = try SaveWorkflowExecutionRequest.decode(record.content, arena: arena)
    guard let execution = request.execution, let id = execution.id else { throw noID }
    return Beginning(id, execution)
  }

  private static func ending(_ record: SpoolRecord, _ arena: Arena) throws(MessageError) -> Ending {
    let request = try UpdateWorkflowExecutionRequest.decode(record.content, arena: arena)
    guard let id = request.execution.id else { throw noID }
    return Ending(id, request.execution)
  }
}
