internal import Postgres
internal import Reactor
internal import WorkflowHistory

/// Finds the tasks that took the most time: those that were counted from rollups and executions, and
/// those that rollups have spilled, together.
struct SlowestTasks {
  let query: WindowQuery
  let window: RollupSpan
  let limits: FigureLimits
  let sealing: PayloadSealing?
  let eventLoop: EventLoop

  /// How many entries are gone through before the loop goes on with what else there is.
  private static let entriesAtOnce = 1000

  private var labels: TaskLabels? {
    sealing.map { TaskLabels(sealing: $0, userID: query.userID) }
  }

  /// What the tasks of the window add up to. Only where rollups have spilled some is the database asked.
  ///
  /// - Throws: ``HistoryError/tooLarge(_:)`` where there are too many to count together.
  func summary(of tally: TaskTally, in transaction: Transaction) async throws -> TaskSummary {
    var tally = tally
    if let labels { try await unite(&tally, labels, in: transaction) }
    var summary =
      tally.hasSpilled ? try await withSpilled(tally, in: transaction) : await sum(tally)
    guard let labels else { return summary }
    for index in summary.slowest.indices {
      summary.slowest[index].name = labels.name(of: summary.slowest[index].name)
    }
    // Those that took as much time come in the order of their names.
    return TaskSummary(slowest: summary.slowest, all: summary.all, count: summary.count)
  }

  private func sum(_ tally: TaskTally) async -> TaskSummary {
    var summary = TaskSummary()
    for (index, task) in tally.all.enumerated() {
      await pause(at: index)
      summary.add(task)
    }
    return summary
  }

  private func pause(at index: Int) async {
    if index % Self.entriesAtOnce == Self.entriesAtOnce - 1 { await eventLoop.yield() }
  }

  // MARK: Names and labels

  /// Counts a task once that is stored both by its name and by its label, in the tally or spilled.
  private func unite(
    _ tally: inout TaskTally, _ labels: TaskLabels, in transaction: Transaction
  ) async throws {
    for index in 0..<tally.count {
      await pause(at: index)
      if let label = labels.converted(tally.labels[index].text) { tally.move(at: index, to: label) }
    }
    if tally.hasSpilled {
      let most = limits.taskBytes / LabelPlaces.bytesBesideText
      let found = try await transaction.query(
        query.workflowType == nil ? Self.othersOfAllTypes : Self.othersOfOneType,
        windowParameters + [.boolean(labels.seals), .int8(Int64(most) + 1)] + typeParameter)
      guard found.count <= most else { throw HistoryError.tooLarge("\(most) different tasks") }
      for index in 0..<found.count {
        await pause(at: index)
        let stored: String = try found[index].value(0)
        tally.add(
          try TaskFigures(found[index], from: 2), of: Day(number: try found[index].value(1)),
          labels.converted(stored) ?? ExactText(stored))
      }
    }
    guard tally.bytes <= limits.taskBytes else {
      throw HistoryError.tooLarge("\(tally.count - 1) different tasks")
    }
  }

  // MARK: Those that were spilled

  private func withSpilled(_ tally: TaskTally, in transaction: Transaction) async throws
    -> TaskSummary
  {
    var counted = ArrayParameter(of: .text)
    var days = ArrayParameter(of: .int4)
    var numbers = TaskFigures.table.numbers.map { ArrayParameter(of: $0.type) }
    for (index, task) in tally.all.enumerated() {
      await pause(at: index)
      counted.append(.text(task.name))
      days.append(task.lastDay.map { .int4($0) } ?? .null)
      for (index, number) in task.figures.numbers.enumerated() { numbers[index].append(number) }
    }
    let found = try await transaction.query(
      query.workflowType == nil ? Self.ofAllTypes : Self.ofOneType,
      windowParameters + [labels.map { .boolean($0.seals) } ?? .null]
        + ([counted, days] + numbers).map { .array($0) } + typeParameter)
    guard let first = found.first else { return TaskSummary() }
    let length = TaskFigures.table.numbers.count
    return TaskSummary(
      slowest: try (0..<found.count).map {
        TaskSummary.Task(
          name: try found[$0].value(0), figures: try TaskFigures(found[$0], from: 2),
          lastDay: try found[$0].value(1))
      }, all: try TaskFigures(first, from: 2 + length), count: try first.value(2 + 2 * length))
  }

  private var windowParameters: [Parameter] {
    [
      .text(query.userID), .int4(window.days.lowerBound.number),
      .int4(window.days.upperBound.number),
    ]
  }

  private var typeParameter: [Parameter] { query.workflowType.map { [.text($0)] } ?? [] }

  // MARK: Statements

  private static let windowTypes: [DataType] = [.text, .int4, .int4, .boolean]
  private static let types =
    windowTypes + [.textArray, DataType.int4.array]
    + TaskFigures.table.numbers.map(\.type.array)
  private static let ofAllTypes = Statement("tasks", sql(typeCondition: ""), types)
  private static let ofOneType = Statement(
    "tasks_type", sql(typeCondition: "AND workflow_type = $12"), types + [.text])
  private static let othersOfAllTypes = Statement(
    "tasks_others", othersSQL(typeCondition: ""), windowTypes + [.int8])
  private static let othersOfOneType = Statement(
    "tasks_others_type", othersSQL(typeCondition: "AND workflow_type = $6"),
    windowTypes + [.int8, .text])

  private static func each(_ body: (SpillTable.Number) -> String) -> String {
    TaskFigures.table.numbers.map(body).joined(separator: ", ")
  }

  private static func read(_ prefix: String) -> String {
    each { "\(prefix)\($0.name)::\($0.type == .text ? "text" : "bigint")" }
  }

  private static func spilled(_ typeCondition: String) -> String {
    """
    SELECT \(TaskFigures.table.label) AS label, \(RollupTable.number("day")) AS last_day,
      \(TaskFigures.table.numberNames)
    FROM \(TaskFigures.table.name)
    WHERE user_id = $1 AND day >= \(RollupTable.date("$2")) AND day < \(RollupTable.date("$3"))
      \(typeCondition)
    """
  }

  /// Whether tasks are stored by labels.
  private static let isSealed =
    "starts_with(\(TaskFigures.table.label), '\(PayloadSealing.pseudonymPrefix)')"

  /// Those that are stored by labels where names are to be, or by names where labels are.
  private static func othersSQL(typeCondition: String) -> String {
    """
    SELECT label, last_day, \(read("task."))
    FROM (
      SELECT label, max(last_day) AS last_day, \(each { "sum(\($0.name)) AS \($0.name)" })
      FROM (\(spilled("AND \(isSealed) <> $4 \(typeCondition)"))) AS spilled
      GROUP BY label LIMIT $5
    ) AS task
    """
  }

  /// What was counted here, and what rollups have spilled, together; of these the first few, each with
  /// the sums over all.
  private static func sql(typeCondition: String) -> String {
    """
    WITH counted AS (
      SELECT label, last_day, \(each { $0.name + $0.cast })
      FROM unnest($5, $6, $7, $8, $9, $10, $11)
        AS counted (label, last_day, \(TaskFigures.table.numberNames))
      UNION ALL
      \(spilled("AND ($4 IS NULL OR \(isSealed) = $4) \(typeCondition)"))
    ), task AS (
      SELECT label, max(last_day) AS last_day, \(each { "sum(\($0.name)) AS \($0.name)" })
      FROM counted GROUP BY label HAVING sum(runs) > 0
    ), total AS (
      SELECT \(each { "sum(\($0.name)) AS \($0.name)" }), count(*) AS tasks FROM task
    )
    SELECT label, last_day, \(read("task.")), \(read("total.")), total.tasks FROM task CROSS JOIN total
    ORDER BY task.microseconds DESC, label COLLATE "C" LIMIT \(TaskSummary.limit)
    """
  }
}
