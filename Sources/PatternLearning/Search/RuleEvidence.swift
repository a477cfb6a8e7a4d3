extension HistoryStatistics {
  /// What these statistics say of a rule: the figures, and its test alone. Nil where there is
  /// nothing to compare, or too little by the thresholds.
  ///
  /// - Parameter from: for a change, the day from which later executions count; else without
  ///   meaning.
  func evidence(
    for rule: PatternRule, from: Int32 = .min, _ thresholds: SearchThresholds
  ) -> PatternEvidence? {
    switch rule {
    case .failure(let type, let condition):
      guard let statistics = types[type] else { return nil }
      return statistics.figures(of: condition).flatMap {
        statistics.failureEvidence($0, thresholds)
      }
    case .error(let type, let error, let condition):
      guard let statistics = types[type] else { return nil }
      return statistics.figures(of: condition).flatMap {
        statistics.errorEvidence(ErrorTable.key(of: error), $0, thresholds)
      }
    case .recovery(let type, let error):
      guard let statistics = types[type] else { return nil }
      return statistics.figures(of: .retry(error: error)).flatMap {
        statistics.recoveryEvidence($0, thresholds)
      }
    case .duration(let type, let condition):
      guard let statistics = types[type] else { return nil }
      return statistics.figures(of: condition).flatMap {
        statistics.durationEvidence($0, thresholds)
      }
    case .durationChange(let type, let day, let isRise):
      return types[type]?.durationChangeEvidence(day, from: from, isRise: isRise, thresholds)
    case .failureChange(let type, let day, let isRise):
      return types[type]?.failureChangeEvidence(day, from: from, isRise: isRise, thresholds)
    case .slowTask(let type, let task, let day):
      let figures = types[type]?.tasks.first { $0.name == task }
      return figures?.changeEvidence(day, from: from, thresholds)
    case .sequence(let first, let second):
      return SequenceTable(sequences).evidence(first, second, thresholds)
    }
  }
}

extension TypeStatistics {
  /// The figures of a condition that are kept; nil where none are.
  func figures(of condition: Condition) -> OutcomeFigures? {
    switch condition {
    case .hour(let hour): hours.indices.contains(Int(hour)) ? hours[Int(hour)] : nil
    case .weekday(let weekday):
      weekdays.indices.contains(Int(weekday) - 1) ? weekdays[Int(weekday) - 1] : nil
    case .input(let field):
      inputs.first { $0.path == field.path }?.values.entries.first { $0.condition == condition }?
        .figures
    case .preceding: preceding.entries.first { $0.condition == condition }?.figures
    case .retry(nil): retries
    case .retry: retriedErrors.entries.first { $0.condition == condition }?.figures
    case .since: nil
    }
  }

  /// How much more often executions under a condition fail.
  func failureEvidence(
    _ figures: OutcomeFigures, _ thresholds: SearchThresholds
  ) -> PatternEvidence? {
    failureTable(figures, thresholds).map { table in
      PatternEvidence(table, lnP: FisherExactTest.lnUpperTail(table), days: figures.failureDays)
    }
  }

  /// How much more often executions complete that follow a failure of the same workflow.
  func recoveryEvidence(
    _ figures: OutcomeFigures, _ thresholds: SearchThresholds
  ) -> PatternEvidence? {
    failureTable(figures, thresholds).map(\.complement).map { table in
      PatternEvidence(table, lnP: FisherExactTest.lnUpperTail(table), days: figures.days)
    }
  }

  /// The executions of the type, by a condition and by whether they failed.
  private func failureTable(
    _ figures: OutcomeFigures, _ thresholds: SearchThresholds
  ) -> ContingencyTable? {
    let table = ContingencyTable(
      both: figures.failures, condition: figures.executions, outcome: all.failures,
      total: all.executions)
    return thresholds.isWorthTrying(table) ? table : nil
  }

  /// How much longer executions under a condition take.
  func durationEvidence(
    _ figures: OutcomeFigures, _ thresholds: SearchThresholds
  ) -> PatternEvidence? {
    let rest = all.durations.subtracting(figures.durations)
    guard min(figures.durations.count, rest.count) >= thresholds.leastExecutions,
      let test = RankSumTest(of: figures.durations, in: all.durations)
    else { return nil }
    return PatternEvidence(
      figures.durations, rest, test, lnP: test.lnP, isRise: true, days: figures.days)
  }
}

extension SearchThresholds {
  /// Whether the margins allow for a finding.
  func isWorthTrying(_ table: ContingencyTable) -> Bool {
    min(table.condition, table.total - table.condition) >= leastExecutions
      && table.outcome >= leastSupport && table.isConsistent
  }
}

extension PatternEvidence {
  /// The figures of a share.
  init(_ table: ContingencyTable, lnP: Double, days: DaySpan) {
    self.init(
      support: table.both, trials: table.condition, value: table.rate, baseline: table.restRate,
      confidence: table.rate, lift: table.rate * Double(table.total) / Double(table.outcome),
      lnP: lnP, firstDay: days.first, lastDay: days.last)
  }

  /// The figures of durations, which are longer than the rest where it is a rise, else shorter.
  init?(
    _ durations: DurationSketch, _ rest: DurationSketch, _ test: RankSumTest, lnP: Double,
    isRise: Bool, days: DaySpan
  ) {
    guard let value = durations.median, let baseline = rest.median else { return nil }
    self.init(
      support: durations.count, trials: durations.count, value: value, baseline: baseline,
      confidence: isRise ? test.superiority : 1 - test.superiority, lift: value / baseline,
      lnP: lnP, firstDay: days.first, lastDay: days.last)
  }
}
