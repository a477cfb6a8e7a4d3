internal import Postgres
internal import WorkflowHistory

/// Finds the newest executions that ran the task of the bottleneck, of the last day that has any: no more
/// than a day is read.
struct TaskSamples {
  /// How many are looked at closely. The bytes of a task may be those of something else in the figures of
  /// another.
  private static let candidates = 4 * OptimizationTip.sampleLimit

  private let query: WindowQuery
  private let day: Day
  /// What the task is stored under: its name, its label, or both.
  private let labels: [ExactText]

  /// Those of a window; nil where no task is a bottleneck.
  init?(of tasks: TaskSummary, _ query: WindowQuery, sealing: PayloadSealing?) {
    guard let bottleneck = tasks.bottleneck, let day = bottleneck.lastDay else { return nil }
    self.query = query
    self.day = Day(number: day)
    let name = bottleneck.name
    labels = ([name] + (sealing.map { [$0.taskLabel(of: name, userID: query.userID)] } ?? []))
      .map { ExactText($0) }
  }

  /// The statement that finds them.
  var statement: (Statement, [Parameter]) {
    let bytes = labels.map { label in
      var bytes: [UInt8] = []
      bytes.append(lengthAndText: label.text)
      return bytes
    }
    return (
      query.workflowType == nil ? Self.ofAllTypes : Self.ofOneType,
      [
        .text(query.userID), max(day.firstID, .first(atOrAfter: query.start)).parameter,
        min((day + 1).firstID, .first(atOrAfter: query.end)).parameter, .bytes(bytes[0]),
        .bytes(bytes.count > 1 ? bytes[1] : nil),
      ] + (query.workflowType.map { [.text($0)] } ?? [])
    )
  }

  /// The ids that it found, newest first.
  func ids(in found: QueryResult) throws -> [ExecutionID] {
    let ids = try (0..<found.count).compactMap { index in
      let counts = try TaskCounts(encoded: found[index].value(1)).counts
      return labels.contains { counts[$0] != nil }
        ? ExecutionID(uuid: try found[index].value(0)) : nil
    }
    return Array(ids.prefix(OptimizationTip.sampleLimit))
  }

  private static let types: [DataType] = [.text, .uuid, .uuid, .bytes, .bytes]
  private static let ofAllTypes = Statement("task_samples", sql(typeCondition: ""), types)
  private static let ofOneType = Statement(
    "task_samples_type", sql(typeCondition: "AND workflow_type = $6"), types + [.text])

  private static func sql(typeCondition: String) -> String {
    """
    SELECT id, task_figures FROM workflow_executions
    WHERE user_id = $1 AND id >= $2 AND id < $3 \(typeCondition)
      AND (position($4 IN task_figures) > 0 OR position($5 IN task_figures) > 0)
    ORDER BY id DESC LIMIT \(candidates)
    """
  }
}
