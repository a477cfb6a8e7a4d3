internal import WorkflowHistory

extension HistoryStatistics {
  /// The newest of the sampled executions that show what a rule says, newest first.
  func samples(of rule: PatternRule, atMost count: Int) -> [ExecutionID] {
    guard let sample = types[rule.workflowType]?.sample else { return [] }
    let (failures, completions) = (sample.failures.executions, sample.completions.executions)
    let shown: [SampledExecution] =
      switch rule {
      case .failure(_, let condition): failures.filter { $0.meets(condition.key) }
      case .error(_, let error, let condition):
        failures.filter { $0.meets(condition.key) && $0.meets(ErrorTable.key(of: error)) }
      case .recovery(_, let error):
        completions.filter { $0.meets(Condition.retry(error: error).key) }
      case .duration(_, let condition): completions.filter { $0.meets(condition.key) }
      case .durationChange(_, let day, _), .slowTask(_, _, let day):
        completions.filter { $0.day >= day }
      case .failureChange(_, let day, _): failures.filter { $0.day >= day }
      case .sequence(let first, _):
        (failures + completions).filter { $0.meets(Condition.preceding(first).key) }
      }
    return Array(shown.map(\.id).sorted(by: >).prefix(count))
  }
}

extension SampledExecution {
  fileprivate func meets(_ key: UInt64) -> Bool {
    let place = conditions.partitioningIndex { $0 >= key }
    return place < conditions.count && conditions[place] == key
  }
}
