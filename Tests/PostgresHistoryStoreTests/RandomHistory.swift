import Postgres
import Testing
import WorkflowHistory

@testable import PostgresHistoryStore

/// Executions that change at random, and questions about them.
struct RandomHistory {
  private var generator: SeededGenerator
  var store: PostgresHistoryStore
  private var ids: [ExecutionID] = []

  init(seed: UInt64, _ store: PostgresHistoryStore) {
    generator = SeededGenerator(state: seed)
    self.store = store
  }

  mutating func change() async throws {
    switch Int.random(in: 0..<20, using: &generator) {
    case 0: try await store.fold(bite: Int.random(in: 1...50, using: &generator))
    case 1: try await delete()
    case 2..<9: try await update()
    default: try await save()
    }
  }

  // MARK: Changes

  private mutating func save() async throws {
    let row = execution(
      at: instant(), user: user(), type: workflowType(), status: status(), duration: duration(),
      error: error(), tasks: tasks())
    do {
      _ = try await store.save(PostgresHistoryStoreTests.save(row))
      ids.append(row.id)
    } catch let error as HistoryError where error == .noLongerKept {
      // Its month is gone.
    }
  }

  private mutating func update() async throws {
    guard let id = ids.randomElement(using: &generator) else { return }
    var fields = ExecutionFields()
    fields.workflowType = workflowType()
    fields.status = status()
    fields.durationSeconds = duration()
    fields.errorMessage = error()
    fields.taskResults = JSONDocument(tasks())
    let paths: [ExecutionUpdate.Field] = [
      .workflowType, .status, .durationSeconds, .errorMessage, .taskResults,
    ]
    let mask = paths.filter { _ in Bool.random(using: &generator) }
    guard !mask.isEmpty else { return }
    let update = ExecutionUpdate(
      id: id, mask: Set(mask), fields: fields, expectedVersion: nil, allowsReopen: true)
    _ = try await store.update(update, reach: .anyone, now: testNow)
  }

  private mutating func delete() async throws {
    guard let index = ids.indices.randomElement(using: &generator) else { return }
    try await store.delete(ids.remove(at: index))
  }

  // MARK: Questions

  mutating func compare() async throws {
    let window = window()
    let statistics = try await store.scannedStatistics(window)
    #expect(try await store.statistics(window).snapped(to: statistics) == statistics)
    let metrics = try await store.scannedMetrics(window)
    #expect(try await store.performanceMetrics(window).snapped(to: metrics) == metrics)
    let query = totalQuery(of: window)
    #expect(try await store.history(query).total == store.scannedTotal(query))
  }

  /// How many executions there are of a window, or from its start on, or up to its end, or at all.
  mutating func totalQuery(of window: WindowQuery) -> HistoryQuery {
    HistoryQuery(
      userID: window.userID, workflowType: window.workflowType,
      statuses: Set(WorkflowStatus.allCases.filter { _ in Bool.random(using: &generator) }),
      createdAfter: Bool.random(using: &generator) ? window.start : nil,
      createdBefore: Bool.random(using: &generator) ? window.end : nil, includesTotal: true)
  }

  mutating func window() -> WindowQuery {
    let days = ([1, 3, 30, 365] as [Int64]).randomElement(using: &generator)!
    var end = instant(spread: 20 * 86_400_000)
    var start = Timestamp(microseconds: end.microseconds - days * 86_400_000_000)
    switch Int.random(in: 0..<6, using: &generator) {
    case 0: start = Day(of: start).start
    case 1: end = Day(of: end).start
    case 2: start = Timestamp(microseconds: end.microseconds - 3_600_000_000)
    case 3: (start, end) = (Day(of: end).start, (Day(of: end) + 1).start)
    case 4: end = Timestamp(microseconds: testNow.microseconds + 999)
    default: break
    }
    return WindowQuery(
      userID: user(), workflowType: Bool.random(using: &generator) ? nil : workflowType(),
      start: min(start, end), end: max(end, Timestamp(microseconds: start.microseconds + 1)))
  }

  // MARK: Retention

  /// A policy that keeps some types or statuses for longer than others.
  mutating func policy() throws -> RetentionPolicy {
    let days = Int64.random(in: 1...30, using: &generator)
    var rules: [RetentionPolicy.Rule] = [.init(seconds: days * 86_400)]
    if Bool.random(using: &generator) {
      let longer = Bool.random(using: &generator) ? nil : days * 86_400 * 2
      rules.insert(
        .init(
          workflowType: Bool.random(using: &generator) ? nil : workflowType(),
          statuses: [status(), status()], seconds: longer), at: 0)
    }
    return try RetentionPolicy(rules)
  }

  /// Changes no execution any more that retention has taken away.
  mutating func forgetWhatIsGone() async throws {
    let left = try await store.allIDs()
    ids.removeAll { !left.contains($0) }
  }

  // MARK: Values

  /// In the days before now, and a few minutes after it; now and then at the bounds of a day.
  mutating func instant(spread milliseconds: Int64 = 40 * 86_400_000) -> Timestamp {
    let age = Int64.random(in: -300_000..<milliseconds, using: &generator)
    let instant = Timestamp(microseconds: testNow.microseconds - age * 1000)
    guard Int.random(in: 0..<8, using: &generator) == 0 else { return instant }
    let edge = Int64.random(in: -1...1, using: &generator) * 1000
    return Timestamp(microseconds: Day(of: instant).start.microseconds + edge)
  }

  private mutating func user() -> String {
    ["alice", "bob"].randomElement(using: &generator)!
  }

  /// Two of them are the same characters in other bytes.
  private mutating func workflowType() -> String {
    ["etl", "train", "\u{E9}", "e\u{301}"].randomElement(using: &generator)!
  }

  private mutating func status() -> WorkflowStatus {
    WorkflowStatus.allCases.randomElement(using: &generator)!
  }

  private mutating func duration() -> Double? {
    switch Int.random(in: 0..<4, using: &generator) {
    case 0: nil
    case 1: [0, 5, 15, 60, 300, 300.0.nextDown, 1e-9, 1e9].randomElement(using: &generator)!
    default: Double.random(in: 0..<400, using: &generator)
    }
  }

  /// None, a few, or more than an execution may have; and now and then what is no task.
  private mutating func tasks() -> String {
    let count = [0, 0, 1, 3, 5, 70].randomElement(using: &generator)!
    return "[\((0..<count).map { _ in task() }.joined(separator: ", "))]"
  }

  private mutating func task() -> String {
    let names = [
      "load", "\u{E9}", "e\u{301}", String(repeating: "n", count: 128),
      String(repeating: "n", count: 129), "", "sealed  abc",
      "t\(Int.random(in: 0..<150, using: &generator))",
    ]
    let durations = ["0", "1.5", "59.9999995", "1e3", "null"]
    let errors = ["null", "false", "0", #""""#, "[]", "{}", #""no disk""#, "[0]", "true"]
    var members = [
      #""task_name": "\#(names.randomElement(using: &generator)!)""#,
      #""status": "\#(["COMPLETED", "Failed"].randomElement(using: &generator)!)""#,
      #""duration_seconds": \#(durations.randomElement(using: &generator)!)"#,
      #""error": \#(errors.randomElement(using: &generator)!)"#,
      #""output": {"task_name": "inner", "duration_seconds": [9, {}]}"#,
    ]
    members.shuffle(using: &generator)
    members.removeLast(Int.random(in: 0...1, using: &generator))
    return Int.random(in: 0..<30, using: &generator) == 0
      ? "[7]" : "{\(members.joined(separator: ", "))}"
  }

  private mutating func error() -> String? {
    [nil, nil, "no such file", "exit \(Int.random(in: 0..<9, using: &generator))", "a", "b", "c"]
      .randomElement(using: &generator)!
  }
}
