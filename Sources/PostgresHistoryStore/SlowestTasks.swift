internal import Postgres
internal import Reactor
internal import WorkflowHistory

/// Finds the tasks that took the most time: those that were counted from rollups and executions, and
/// those that rollups have spilled, together.
enum SlowestTasks {
  /// What the tasks of a window add up to. Only where rollups have spilled some is the database asked.
  static func summary(
    of tally: TaskTally, _ query: WindowQuery, _ window: RollupSpan, sealing: PayloadSealing?,
    in transaction: Transaction, on eventLoop: EventLoop
  ) async throws -> TaskSummary {
    var summary =
      tally.hasSpilled
      ? try await withSpilled(tally, query, window, in: transaction, on: eventLoop)
      : TaskSummary(of: tally.all.lazy.map { TaskSummary.Task(name: $0.text, figures: $1) })
    guard let sealing else { return summary }
    for index in summary.slowest.indices {
      let label = summary.slowest[index].name
      summary.slowest[index].name = sealing.taskName(of: label, userID: query.userID) ?? label
    }
    // Those that took as much time come in the order of their names.
    return TaskSummary(slowest: summary.slowest, all: summary.all, count: summary.count)
  }

  /// How many entries are written before the loop goes on with what else there is.
  private static let entriesAtOnce = 1000

  private static func withSpilled(
    _ tally: TaskTally, _ query: WindowQuery, _ window: RollupSpan, in transaction: Transaction,
    on eventLoop: EventLoop
  ) async throws -> TaskSummary {
    var labels = ArrayParameter(of: .text)
    var numbers = TaskFigures.table.numbers.map { ArrayParameter(of: $0.type) }
    for (label, figures) in tally.all {
      if labels.count % entriesAtOnce == entriesAtOnce - 1 { await eventLoop.yield() }
      labels.append(.text(label.text))
      for (index, number) in figures.numbers.enumerated() { numbers[index].append(number) }
    }
    let found = try await transaction.query(
      query.workflowType == nil ? ofAllTypes : ofOneType,
      [
        .text(query.userID), .int4(window.days.lowerBound.number),
        .int4(window.days.upperBound.number), .array(labels),
      ] + numbers.map { .array($0) } + (query.workflowType.map { [.text($0)] } ?? []))
    guard let first = found.first else { return TaskSummary() }
    let length = TaskFigures.table.numbers.count
    return TaskSummary(
      slowest: try (0..<found.count).map {
        TaskSummary.Task(
          name: try found[$0].value(0), figures: try TaskFigures(found[$0], from: 1))
      }, all: try TaskFigures(first, from: 1 + length), count: try first.value(1 + 2 * length))
  }

  private static let types: [DataType] =
    [.text, .int4, .int4, .textArray] + TaskFigures.table.numbers.map(\.type.array)
  private static let ofAllTypes = Statement("tasks", sql(typeCondition: ""), types)
  private static let ofOneType = Statement(
    "tasks_type", sql(typeCondition: "AND workflow_type = $10"), types + [.text])

  /// What was counted here, and what rollups have spilled, together; of these the first few, each with
  /// the sums over all.
  private static func sql(typeCondition: String) -> String {
    let table = TaskFigures.table
    func each(_ body: (SpillTable.Number) -> String) -> String {
      table.numbers.map(body).joined(separator: ", ")
    }
    func read(_ prefix: String) -> String {
      each { "\(prefix)\($0.name)::\($0.type == .text ? "text" : "bigint")" }
    }
    return """
      WITH counted AS (
        SELECT label, \(each { $0.name + $0.cast })
        FROM unnest($4, $5, $6, $7, $8, $9) AS counted (label, \(table.numberNames))
        UNION ALL
        SELECT \(table.label), \(table.numberNames) FROM \(table.name)
        WHERE user_id = $1 AND day >= \(RollupTable.date("$2"))
          AND day < \(RollupTable.date("$3")) \(typeCondition)
      ), task AS (
        SELECT label, \(each { "sum(\($0.name)) AS \($0.name)" })
        FROM counted GROUP BY label HAVING sum(runs) > 0
      ), total AS (
        SELECT \(each { "sum(\($0.name)) AS \($0.name)" }), count(*) AS tasks FROM task
      )
      SELECT label, \(read("task.")), \(read("total.")), total.tasks FROM task CROSS JOIN total
      ORDER BY task.microseconds DESC, label COLLATE "C" LIMIT \(TaskSummary.limit)
      """
  }
}
