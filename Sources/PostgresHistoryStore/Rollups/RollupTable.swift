internal import Postgres
internal import WorkflowHistory

/// The tables of rollups, as those write them who hold their lock.
enum RollupTable {
  /// A day of Postgres, given as the number of days since 1970.
  static func date(_ number: String) -> String { "(DATE '1970-01-01' + \(number))" }
  /// The number of days since 1970, given a day of Postgres.
  static func number(_ date: String) -> String { "(\(date) - DATE '1970-01-01')" }

  /// How many rollups are read, changed and written at once: each may be 50 kB.
  private static let rollupsAtOnce = 500

  /// Adds changes to the rollups; a rollup of nothing is removed.
  static func add(_ changes: RollupChanges, in transaction: Transaction) async throws {
    var rest = changes.sorted[...]
    while !rest.isEmpty {
      try await add(Array(rest.prefix(rollupsAtOnce)), in: transaction)
      rest = rest.dropFirst(rollupsAtOnce)
    }
  }

  private static func add(
    _ changes: [(key: RollupKey, change: ExecutionRollup)], in transaction: Transaction
  ) async throws {
    let stored = try await transaction.query(select, keys(changes.map(\.key)))
    var merged = RollupRows()
    var empty: [RollupKey] = []
    var errors = SpilledCounts<Int64>()
    var tasks = SpilledCounts<TaskFigures>()
    for (index, (key, change)) in changes.enumerated() {
      let row = stored[index]
      let isStored = !row.isNull(0)
      var rollup = isStored ? try ExecutionRollup(row, from: 0) : ExecutionRollup()
      var spills = RollupSpills()
      if isStored { spills = RollupSpills(errors: try row.value(8), tasks: try row.value(9)) }
      // What retention has noted in it stays, whatever it counts meanwhile.
      let isNoted = isStored ? try row.value(10) : false
      rollup.counts.merge(change.counts)
      rollup.durations.merge(change.durations)
      rollup.errors.add(change.errors, of: key, spills: &spills.errors, to: &errors)
      rollup.tasks.add(change.tasks, of: key, spills: &spills.tasks, to: &tasks)
      if !rollup.isEmpty || spills.isAny || isNoted {
        merged.append(key, rollup, spills: spills)
      } else if isStored {
        empty.append(key)
      }
    }
    if !merged.isEmpty { _ = try await transaction.query(upsert, merged.parameters) }
    if !empty.isEmpty { _ = try await transaction.query(delete, keys(empty)) }
    try await errors.add(in: transaction)
    try await tasks.add(in: transaction)
  }

  private static func keys(_ keys: [RollupKey]) -> [Parameter] {
    var arrays = RollupKeys()
    for key in keys { arrays.append(key) }
    return arrays.parameters
  }

  // MARK: Statements

  private static let columns = ExecutionRollup.columns + ", spills_errors, spills_tasks"
  private static let keyTypes = [DataType.textArray, DataType.int4.array, .textArray]

  /// The stored rollups of some keys, in the order of these; NULL where there is none.
  private static let select = Statement(
    "rollups_of_keys",
    """
    SELECT \(columns), dropped_first IS NOT NULL
    FROM unnest($1, $2, $3) WITH ORDINALITY AS key (user_id, day, workflow_type, position)
    LEFT JOIN execution_rollups AS rollup ON rollup.user_id = key.user_id
      AND rollup.day = \(date("key.day")) AND rollup.workflow_type = key.workflow_type
    ORDER BY position
    """, keyTypes)

  private static let upsert = Statement(
    "rollup_upsert",
    """
    INSERT INTO execution_rollups (user_id, day, workflow_type, \(columns))
    SELECT user_id, \(date("day")), workflow_type, \(columns)
    FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
      AS merged (user_id, day, workflow_type, \(columns))
    ON CONFLICT (user_id, day, workflow_type) DO UPDATE SET pending = excluded.pending,
      running = excluded.running, completed = excluded.completed, failed = excluded.failed,
      paused = excluded.paused, durations = excluded.durations, errors = excluded.errors,
      tasks = excluded.tasks, spills_errors = excluded.spills_errors,
      spills_tasks = excluded.spills_tasks
    """,
    keyTypes
      + Array(repeating: DataType.int8.array, count: 5)
      + [DataType.bytes, .bytes, .bytes, .boolean, .boolean].map(\.array))

  private static let delete = Statement(
    "rollup_delete",
    """
    DELETE FROM execution_rollups AS rollup USING unnest($1, $2, $3) AS key (user_id, day, workflow_type)
    WHERE rollup.user_id = key.user_id AND rollup.day = \(date("key.day"))
      AND rollup.workflow_type = key.workflow_type
    """, keyTypes)
}
