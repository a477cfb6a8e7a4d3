internal import Postgres
internal import WorkflowHistory

extension Migration {
  static let tasks = Migration(
    number: 7, name: "tasks",
    steps: [
      // A folder of an earlier release takes it before the tables.
      .code { _ = try await $0.query(AdvisoryLock.rollups.take) },
      // What an execution's tasks did, from task_results; NULL where that is nothing.
      "ALTER TABLE workflow_executions ADD COLUMN task_figures bytea",
      """
      ALTER TABLE workflow_execution_changes
        ADD COLUMN old_task_figures bytea, ADD COLUMN task_figures bytea
      """,
      // The same of all executions that a rollup counts, by task, and whether there are more of these in
      // execution_task_rollups.
      """
      ALTER TABLE execution_rollups
        ADD COLUMN tasks bytea NOT NULL DEFAULT '',
        ADD COLUMN spills_tasks boolean NOT NULL DEFAULT false
      """,
      """
      CREATE TABLE execution_task_rollups (
        user_id text NOT NULL,
        day date NOT NULL,
        workflow_type text NOT NULL,
        task_digest bytea NOT NULL,
        task text NOT NULL,
        executions bigint NOT NULL,
        runs bigint NOT NULL,
        failed_runs bigint NOT NULL,
        timed_runs bigint NOT NULL,
        microseconds numeric NOT NULL,
        PRIMARY KEY (user_id, day, workflow_type, task_digest)
      ) WITH (fillfactor = 90)
      """,
      "CREATE INDEX idx_execution_task_rollups_day ON execution_task_rollups (day)",
      .code(makeRollups),
      .code(fillTasks),
    ])

  /// Makes the rollups of executions that were saved before there were any.
  private static func makeRollups(_ transaction: Transaction) async throws {
    let areMissing: Bool = try await transaction.query(
      Statement("", "SELECT NOT EXISTS (SELECT FROM execution_rollups)"))[0].value(0)
    if areMissing { try await RollupComparison.rebuildAll(in: transaction) }
  }

  /// Puts what their tasks did beside the executions that were saved before, and into the rollups. In the
  /// log they have none, and so what is still to be folded takes nothing away and adds nothing.
  ///
  /// Sealed executions stay without: the schema is brought up to date with no key at hand.
  private static func fillTasks(_ transaction: Transaction) async throws {
    var last = ExecutionID(high: 0, low: 0)
    while true {
      let found = try await transaction.query(
        nextWithTasks, [last.parameter, .int8(executionsAtOnce), .int8(bytesAtOnce)])
      guard found.count > 0 else { return }
      var ids = ArrayParameter(of: .uuid)
      var figures = ArrayParameter(of: .bytes)
      var changes = RollupChanges()
      for index in 0..<found.count {
        let row = found[index]
        last = ExecutionID(uuid: try row.value(0))
        guard let results = try row.document(3) else { continue }
        let tasks = TaskCounts(of: results)
        if tasks.isEmpty { continue }
        ids.append(last.parameter)
        figures.append(.bytes(tasks.encoded))
        var change = ExecutionRollup()
        change.tasks = tasks
        changes.add(
          change,
          to: RollupKey(
            userID: ExactText(try row.value(1)), day: Day(of: last.createdAt),
            workflowType: ExactText(try row.value(2))))
      }
      _ = try await transaction.query(setTasks, [.array(ids), .array(figures)])
      try await RollupTable.add(changes, in: transaction)
    }
  }

  /// How many executions are looked at at once, and about how many bytes of task_results.
  private static let executionsAtOnce: Int64 = 500
  private static let bytesAtOnce: Int64 = 8 << 20

  private static let nextWithTasks = Statement(
    "",
    """
    SELECT id, user_id, workflow_type, task_results FROM (
      SELECT *, row_number() OVER oldest AS position,
        sum(octet_length(task_results::text)) OVER oldest AS bytes
      FROM (
        SELECT id, user_id, workflow_type, task_results FROM workflow_executions
        WHERE id > $1 AND sealed_with IS NULL AND jsonb_typeof(task_results) = 'array'
          AND task_results <> '[]'
        ORDER BY id LIMIT $2
      ) AS candidate
      WINDOW oldest AS (ORDER BY id)
    ) AS measured
    WHERE position = 1 OR bytes <= $3 ORDER BY id
    """, [.uuid, .int8, .int8])

  private static let setTasks = Statement(
    "",
    """
    UPDATE workflow_executions AS execution SET task_figures = filled.figures
    FROM unnest($1, $2) AS filled (id, figures) WHERE execution.id = filled.id
    """, [.uuidArray, DataType.bytes.array])
}
