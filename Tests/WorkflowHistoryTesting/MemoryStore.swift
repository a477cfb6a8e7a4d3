public import PatternLearning
public import WorkflowHistory

/// A store that records what reaches it, and answers as it is told.
public final class MemoryStore: HistoryStore, PatternStore {
  /// One call of the store.
  public enum Request: Equatable {
    case save(ExecutionSave)
    case update(ExecutionUpdate, Reach, Timestamp)
    case heartbeat(ExecutionHeartbeat, Reach)
    case deletion(ExecutionDeletion, Reach)
    case execution(ExecutionID, Reach)
    case history(HistoryQuery)
    case statistics(WindowQuery)
    case metrics(WindowQuery)
    case patterns(PatternQuery)
    case estimate(EstimateQuery)
    case watch(WatchQuery)
    case export(ExportQuery)
  }

  /// What has reached it, in order.
  public private(set) var requests: [Request] = []
  /// Where set, what every call throws.
  public var failure: (any Error)?

  /// What reads reach that must see every write.
  public private(set) lazy var consistentStore = MemoryStore()
  /// ``consistentStore``.
  public var consistent: any HistoryStore { consistentStore }
  /// ``consistentStore``.
  public var consistentPatterns: any PatternStore { consistentStore }

  /// A store that no call has reached.
  public init() {}

  private func answer<T>(_ request: Request, _ value: T) throws -> T {
    requests.append(request)
    if let failure { throw failure }
    return value
  }

  /// Keeps the request, and answers it.
  public func save(_ save: ExecutionSave) async throws -> WorkflowExecution {
    try answer(.save(save), save.execution)
  }

  /// Keeps the request, and tells once of no changes.
  public func watch(_ query: WatchQuery) async throws -> any HistoryWatch {
    try answer(.watch(query), Told())
  }

  /// Keeps the request, and hands over one execution.
  public func export(
    _ query: ExportQuery, to take: @escaping (ExportPart) async throws -> Void
  ) async throws {
    try answer(.export(query), ())
    let archived = ArchivedExecution(Samples.execution, saveDigest: Array(0..<32))
    try await take(ExportPart(executions: [archived], total: query.includesTotal ? 1 : nil))
  }

  /// A watch that ends when it has told once.
  private final class Told: HistoryWatch {
    private var hasTold = false

    func next() async throws -> WatchedChanges {
      guard !hasTold else { throw HistoryError(.unavailable, "that was all") }
      hasTold = true
      return WatchedChanges(events: [], resumeToken: "token")
    }

    func cancel() {}
  }

  /// Keeps each request, and answers it.
  public func begin(_ saves: [ExecutionSave]) -> any PendingSaves {
    Ended(saves.map { save in Result { _ = try answer(.save(save), save.execution) } })
  }

  /// Saves that have ended.
  private final class Ended: PendingSaves {
    private let results: [Result<Void, any Error>]

    init(_ results: [Result<Void, any Error>]) { self.results = results }

    func outcomes() async throws -> [HistoryError?] {
      try results.map { result in
        do { try result.get() } catch let error as HistoryError { return error }
        return nil
      }
    }

    func cancel() {}
  }

  /// Keeps the request, and answers it.
  public func update(_ update: ExecutionUpdate, reach: Reach, now: Timestamp) async throws
    -> WorkflowExecution
  { try answer(.update(update, reach, now), Samples.execution) }

  /// Keeps the request, and answers it.
  public func heartbeat(_ heartbeat: ExecutionHeartbeat, reach: Reach) async throws {
    try answer(.heartbeat(heartbeat, reach), ())
  }

  /// Keeps the request, and answers it.
  public func delete(_ deletion: ExecutionDeletion, reach: Reach) async throws {
    try answer(.deletion(deletion, reach), ())
  }

  /// Keeps the request, and answers it.
  public func execution(_ id: ExecutionID, reach: Reach) async throws -> WorkflowExecution {
    try answer(.execution(id, reach), Samples.execution)
  }

  /// Keeps the request, and answers it.
  public func history(_ query: HistoryQuery) async throws -> HistoryPage {
    try answer(
      .history(query),
      HistoryPage(executions: [Samples.execution], nextPageToken: "next", total: 1))
  }

  /// Keeps the request, and answers it.
  public func statistics(_ query: WindowQuery) async throws -> WorkflowStatistics {
    try answer(
      .statistics(query),
      WorkflowStatistics(query: query, all: ExecutionFigures(counts: [.failed: 2]), byType: []))
  }

  /// Keeps the request, and answers it.
  public func performanceMetrics(_ query: WindowQuery) async throws -> PerformanceMetrics {
    try answer(
      .metrics(query),
      PerformanceMetrics(
        query: query,
        speedClasses: SpeedClass.allCases.map {
          SpeedClassFigures(speedClass: $0, executions: 0, durationSumMicroseconds: 0)
        }, durations: DurationSpread(), errorPatterns: [],
        tips: OptimizationTip.tips(speedClasses: [], errorPatterns: []), efficiencyTrend: [],
        slowestTasks: [], daily: []))
  }

  /// Keeps the request, and answers it.
  public func patterns(_ query: PatternQuery) async throws -> PatternPage {
    try answer(
      .patterns(query), PatternPage(patterns: [Samples.pattern], nextPageToken: "next"))
  }

  /// Keeps the request, and answers it.
  public func estimate(_ query: EstimateQuery) async throws -> ExecutionEstimate {
    try answer(.estimate(query), Samples.estimate)
  }
}

/// Values that the tests save and read.
public enum Samples {
  /// The time of day.
  public static let now = Timestamp(microseconds: 1_800_000_000_000_000)
  /// An id of that time.
  public static let id = ExecutionID(
    high: 1_800_000_000_000 << 16 | 0x7abc, low: 0x8123_4567_89ab_cdef)

  /// What a caller sends to be saved.
  public static var fields: ExecutionFields {
    var fields = ExecutionFields()
    fields.workflowID = "wf-1"
    fields.workflowType = "etl"
    fields.status = .running
    return fields
  }

  /// What the store has learned.
  public static var pattern: ListedPattern {
    ListedPattern(
      id: "0123456789abcdef", kind: .failureAssociation, workflowType: "etl",
      rule: JSONDocument(uncheckedUTF8: Array(#"{"kind":"failure_association"}"#.utf8)),
      description: "Executions fail.", support: 7, confidence: 0.5, baseline: 0.25,
      pValue: 1e-300, qValue: 0.01, firstConfirmed: 20_000, lastConfirmed: 20_007,
      isValidated: true, isActive: false)
  }

  /// What the store expects.
  public static let estimate = ExecutionEstimate(
    workflowType: "etl", p50DurationSeconds: 2, p90DurationSeconds: 5, durationSupport: 10,
    failureProbability: 0.25, failureSupport: 12, conditions: ["at night"],
    running: .init(elapsedSeconds: 7, longerPercent: 1.5))

  /// What the store has.
  public static var execution: WorkflowExecution {
    WorkflowExecution(
      id: id, workflowID: "wf-1", workflowType: "etl", userID: "alice", status: .running,
      inputData: nil, outputData: nil, taskResults: nil, errorMessage: nil, startTime: now,
      endTime: nil, durationSeconds: nil, executionMetadata: nil, version: 3,
      createdAt: id.createdAt, updatedAt: now)
  }
}
