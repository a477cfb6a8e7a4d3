import Foundation
import Postgres
import WorkflowHistory

@testable import PostgresHistoryStore

/// The runs in the `task_results` of an execution, as Foundation reads them.
func taskRuns(_ execution: WorkflowExecution) -> [TaskRun] {
  let results = execution.taskResults.map { Data($0.utf8) }
  let elements = results.flatMap { try? JSONSerialization.jsonObject(with: $0) } as? [Any] ?? []
  return elements.compactMap { element in
    guard let task = element as? [String: Any], let name = task["task_name"] as? String,
      1...128 ~= name.utf8.count
    else { return nil }
    return TaskRun(
      name: name,
      hasFailed: (task["status"] as? String)?.lowercased() == "failed"
        || task["error"].map(says) ?? false,
      durationSeconds: (task["duration_seconds"] as? NSNumber)?.doubleValue)
  }
}

private func says(_ value: Any) -> Bool {
  switch value {
  case let text as String: !text.isEmpty
  case let list as [Any]: !list.isEmpty
  case let members as [String: Any]: !members.isEmpty
  case let number as NSNumber: number.doubleValue != 0
  default: false
  }
}

extension TaskSummary {
  /// The summary of the runs of some executions.
  init(runs executions: [[TaskRun]]) {
    var figures: [ExactText: TaskFigures] = [:]
    for runs in executions {
      var names: [ExactText] = []
      for run in runs {
        let name = ExactText(run.name)
        if !names.contains(name) {
          guard names.count < 64 else { continue }
          names.append(name)
          figures[name, default: TaskFigures()].executions += 1
        }
        figures[name, default: TaskFigures()].runs += 1
        if run.hasFailed { figures[name]?.failedRuns += 1 }
        if let duration = run.durationSeconds {
          figures[name]?.timedRuns += 1
          figures[name]?.durationSumMicroseconds += Int128(
            (duration * 1e6).rounded(.toNearestOrEven))
        }
      }
    }
    self.init(of: figures.map { Task(name: $0.key.text, figures: $0.value) })
  }
}

extension PostgresHistoryStore {
  /// The tasks of a window by a scan of the executions' `task_results`.
  static func scannedTasks(_ query: WindowQuery, in transaction: Transaction) async throws
    -> TaskSummary
  {
    let filter = HistoryFilter(query)
    let found = try await transaction.query(
      filter.statement("scanned_tasks", tasksSQL(filter.condition)), filter.parameters)
    return TaskSummary(
      of: try (0..<found.count).map {
        TaskSummary.Task(name: try found[$0].value(0), figures: try TaskFigures(found[$0], from: 1))
      })
  }

  /// The latest ids of the newest day on which a task ran.
  static func taskSamples(_ name: String?, _ query: WindowQuery, in transaction: Transaction)
    async throws -> [ExecutionID]
  {
    guard let name else { return [] }
    var filter = HistoryFilter(query)
    let task = filter.append(.text(name), .text)
    let found = try await transaction.query(
      filter.statement(
        "scanned_task_samples",
        """
        SELECT id FROM workflow_executions WHERE \(filter.condition)
          AND task_results @> jsonb_build_array(jsonb_build_object('task_name', \(task)))
        ORDER BY id DESC
        """), filter.parameters)
    let ids = try (0..<found.count).map { ExecutionID(uuid: try found[$0].value(0)) }
    return Array(ids.prefix { Day(of: $0.createdAt) == Day(of: ids[0].createdAt) }.prefix(5))
  }

  private static func tasksSQL(_ condition: String) -> String {
    """
    WITH run AS (
      SELECT id, run->>'task_name' AS name, position,
        coalesce(lower(run->>'status') = 'failed', false)
          OR coalesce(run->'error', 'null')
            NOT IN ('null', 'false', '0', '""', '[]', '{}') AS has_failed,
        (run->>'duration_seconds')::double precision AS seconds
      FROM workflow_executions CROSS JOIN LATERAL jsonb_array_elements(
        CASE WHEN jsonb_typeof(task_results) = 'array' THEN task_results ELSE '[]' END)
        WITH ORDINALITY AS element (run, position)
      WHERE \(condition) AND jsonb_typeof(run->'task_name') = 'string'
        AND octet_length(run->>'task_name') BETWEEN 1 AND 128
    ), known AS (
      SELECT id, name, row_number() OVER (PARTITION BY id ORDER BY min(position)) AS number
      FROM run GROUP BY id, name
    )
    SELECT name, count(DISTINCT id), count(*), count(*) FILTER (WHERE has_failed), count(seconds),
      coalesce(sum(round(seconds * 1e6)::bigint), 0)::text
    FROM run JOIN known USING (id, name) WHERE number <= 64 GROUP BY name
    """
  }
}
