import CWorkflowHistoryProtos
import ProtobufMessages
import WorkflowHistory

extension SpeedClassFigures {
  init?(_ message: WorkflowHistory__V1__SpeedClass, _ reader: inout FieldReader) {
    guard let speedClass = SpeedClass(rawValue: String(cString: message.category)) else {
      reader.refuse("category", "is not a known speed class")
      return nil
    }
    let sum = reader.durationSum(
      "average_duration_seconds", message.average_duration_seconds, of: message.executions)
    self.init(
      speedClass: speedClass, executions: message.executions, durationSumMicroseconds: sum ?? 0)
  }

  func message(in arena: Arena) -> UnsafeMutablePointer<WorkflowHistory__V1__SpeedClass> {
    Types.speedClass.make(in: arena) {
      $0.category = arena.text(speedClass.rawValue)
      $0.executions = executions
      $0.average_duration_seconds = arena.double(averageDurationSeconds)
    }
  }
}

extension ErrorPattern {
  init?(_ message: WorkflowHistory__V1__ErrorPattern, _ reader: inout FieldReader) {
    let firstSeen = reader.requiredTimestamp("first_seen", message.first_seen)
    let lastSeen = reader.requiredTimestamp("last_seen", message.last_seen)
    let ids = reader.ids(
      "sample_execution_ids", message.sample_execution_ids, message.n_sample_execution_ids)
    guard let trend = Int32(exactly: message.trend.rawValue).flatMap(ErrorTrend.init) else {
      reader.refuse("trend", "is not a known trend")
      return nil
    }
    self.init(
      fingerprint: String(cString: message.fingerprint), frequency: message.frequency,
      share: message.share, firstSeen: firstSeen, lastSeen: lastSeen, trend: trend,
      sampleMessage: String(cString: message.sample_message), sampleIDs: ids,
      inputAssociations: elements(message.input_associations, message.n_input_associations).map {
        InputAssociation(
          field: String(cString: $0.pointee.field), value: String(cString: $0.pointee.value),
          executions: $0.pointee.executions, errorRate: $0.pointee.error_rate,
          baselineErrorRate: $0.pointee.baseline_error_rate, pValue: $0.pointee.p_value)
      })
  }

  func message(in arena: Arena) -> UnsafeMutablePointer<WorkflowHistory__V1__ErrorPattern> {
    Types.errorPattern.make(in: arena) {
      $0.fingerprint = arena.text(fingerprint)
      $0.frequency = frequency
      $0.share = share
      $0.first_seen = arena.timestamp(firstSeen)
      $0.last_seen = arena.timestamp(lastSeen)
      $0.trend = WorkflowHistory__V1__ErrorTrend(rawValue: UInt32(trend.rawValue))
      $0.sample_message = arena.text(sampleMessage)
      ($0.sample_execution_ids, $0.n_sample_execution_ids) = arena.texts(
        sampleIDs.map(\.description))
      ($0.input_associations, $0.n_input_associations) = arena.pointers(inputAssociations) {
        association in
        Types.inputAssociation.make(in: arena) {
          $0.field = arena.text(association.field)
          $0.value = arena.text(association.value)
          $0.executions = association.executions
          $0.error_rate = association.errorRate
          $0.baseline_error_rate = association.baselineErrorRate
          $0.p_value = association.pValue
        }
      }
    }
  }
}

extension OptimizationTip {
  init?(_ message: WorkflowHistory__V1__OptimizationTip, _ reader: inout FieldReader) {
    guard let kind = Int32(exactly: message.kind.rawValue).flatMap(Kind.init) else {
      reader.refuse("kind", "is not a known kind of tip")
      return nil
    }
    guard let severity = Int32(exactly: message.severity.rawValue).flatMap(Severity.init) else {
      reader.refuse("severity", "is not a known severity")
      return nil
    }
    self.init(
      kind: kind, severity: severity, text: String(cString: message.text),
      executions: message.executions, subject: String(cString: message.subject),
      evidence: elements(message.evidence, message.n_evidence).map {
        Evidence(name: String(cString: $0.pointee.name), value: $0.pointee.value)
      },
      sampleIDs: reader.ids(
        "sample_execution_ids", message.sample_execution_ids, message.n_sample_execution_ids))
  }

  func message(in arena: Arena) -> UnsafeMutablePointer<WorkflowHistory__V1__OptimizationTip> {
    Types.tip.make(in: arena) {
      $0.kind = WorkflowHistory__V1__TipKind(rawValue: UInt32(kind.rawValue))
      $0.severity = WorkflowHistory__V1__TipSeverity(rawValue: UInt32(severity.rawValue))
      $0.text = arena.text(text)
      $0.executions = executions
      $0.subject = arena.text(subject)
      ($0.evidence, $0.n_evidence) = arena.pointers(evidence) { figure in
        Types.tipEvidence.make(in: arena) {
          $0.name = arena.text(figure.name)
          $0.value = figure.value
        }
      }
      ($0.sample_execution_ids, $0.n_sample_execution_ids) = arena.texts(
        sampleIDs.map(\.description))
    }
  }
}

extension TaskMetrics {
  init?(_ message: WorkflowHistory__V1__TaskMetrics, _ reader: inout FieldReader) {
    self.init(
      name: String(cString: message.task_name), runs: message.runs,
      failedRuns: message.failed_runs,
      averageDurationSeconds: reader.double(
        "average_duration_seconds", message.average_duration_seconds),
      timeShare: message.time_share, failureShare: message.failure_share)
  }

  func message(in arena: Arena) -> UnsafeMutablePointer<WorkflowHistory__V1__TaskMetrics> {
    Types.taskMetrics.make(in: arena) {
      $0.task_name = arena.text(name)
      $0.runs = runs
      $0.failed_runs = failedRuns
      $0.average_duration_seconds = arena.double(averageDurationSeconds)
      $0.time_share = timeShare
      $0.failure_share = failureShare
    }
  }
}

extension DurationBucket {
  init?(_ message: WorkflowHistory__V1__DurationBucket, _ reader: inout FieldReader) {
    guard let lower = reader.double("lower_seconds", message.lower_seconds) else { return nil }
    self.init(lowerSeconds: lower, executions: message.executions)
    if message.upper_seconds != upperSeconds {
      reader.refuse("upper_seconds", "is not twice lower_seconds")
      return nil
    }
  }

  func message(in arena: Arena) -> UnsafeMutablePointer<WorkflowHistory__V1__DurationBucket> {
    Types.durationBucket.make(in: arena) {
      $0.lower_seconds = lowerSeconds
      $0.upper_seconds = upperSeconds
      $0.executions = executions
    }
  }
}

extension EfficiencyPoint {
  init?(_ message: WorkflowHistory__V1__EfficiencyPoint, _ reader: inout FieldReader) {
    let median = reader.double("median_duration_seconds", message.median_duration_seconds)
    let baseline = reader.double("baseline_median_seconds", message.baseline_median_seconds)
    guard let day = reader.day("date", message.date) else { return nil }
    self.init(
      day: day, executions: message.executions, medianDurationSeconds: median ?? 0,
      baselineMedianSeconds: baseline)
  }

  func message(in arena: Arena) -> UnsafeMutablePointer<WorkflowHistory__V1__EfficiencyPoint> {
    Types.efficiencyPoint.make(in: arena) {
      $0.date = arena.text(date)
      $0.executions = executions
      $0.median_duration_seconds = medianDurationSeconds
      $0.baseline_median_seconds = arena.double(baselineMedianSeconds)
      $0.ratio = arena.double(ratio)
    }
  }
}

extension DailyFigures {
  init?(_ message: WorkflowHistory__V1__DailyFigures, _ reader: inout FieldReader) {
    guard let day = reader.day("date", message.date) else { return nil }
    self.init(
      day: day, executions: message.total_executions, completed: message.completed_executions,
      failed: message.failed_executions,
      p50Seconds: reader.double("p50_duration_seconds", message.p50_duration_seconds),
      p95Seconds: reader.double("p95_duration_seconds", message.p95_duration_seconds),
      p99Seconds: reader.double("p99_duration_seconds", message.p99_duration_seconds))
  }

  func message(in arena: Arena) -> UnsafeMutablePointer<WorkflowHistory__V1__DailyFigures> {
    Types.dailyFigures.make(in: arena) {
      $0.date = arena.text(date)
      $0.total_executions = executions
      $0.completed_executions = completed
      $0.failed_executions = failed
      $0.success_rate = successRate
      $0.p50_duration_seconds = arena.double(p50Seconds)
      $0.p95_duration_seconds = arena.double(p95Seconds)
      $0.p99_duration_seconds = arena.double(p99Seconds)
    }
  }
}

extension FieldReader {
  /// The day that a field says; nil, and the field refused, where it says none.
  fileprivate mutating func day(_ name: String, _ text: UnsafeMutablePointer<CChar>?) -> Int32? {
    let day = text.flatMap { daysSince1970(date: String(cString: $0)) }
    if day == nil { refuse(name, "must be a date as YYYY-MM-DD") }
    return day
  }
}

/// The day that a date in the form YYYY-MM-DD says; nil where there is no such day.
func daysSince1970(date: String) -> Int32? {
  let parts = date.split(separator: "-", omittingEmptySubsequences: false).compactMap { Int32($0) }
  guard date.utf8.count == 10, parts.count == 3 else { return nil }
  // Years are counted from March, so that a leap day is the last of its year.
  let (year, month) = parts[1] > 2 ? (parts[0], parts[1] - 3) : (parts[0] - 1, parts[1] + 9)
  let leapDays = year / 4 - year / 100 + year / 400
  // 719,468 days lie between 0000-03-01 and 1970-01-01.
  let day = year * 365 + leapDays + (153 * month + 2) / 5 + parts[2] - 1 - 719_468
  // A month or a day that there is none of comes back as another date.
  return CalendarDay(daysSince1970: day).description == date ? day : nil
}
