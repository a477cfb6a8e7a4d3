internal import WorkflowHistory

/// What the executions of one workflow type add up to.
struct TypeStatistics: Equatable, Sendable {
  private(set) var all = OutcomeFigures()
  /// By UTC hour.
  private(set) var hours = [OutcomeFigures](repeating: OutcomeFigures(), count: 24)
  /// From Monday on.
  private(set) var weekdays = [OutcomeFigures](repeating: OutcomeFigures(), count: 7)
  /// Of those that followed a failure of the same workflow.
  private(set) var retries = OutcomeFigures()
  /// Of these, by the fingerprint of the error of that failure.
  private(set) var retriedErrors = ValueTable()
  /// By the type of the user's execution before.
  private(set) var preceding = ValueTable()
  private(set) var inputs: [InputFieldFigures] = []
  /// The most frequent errors.
  private(set) var errors = ErrorTable()
  private(set) var series = DailySeries<OutcomeDay>()
  private(set) var tasks: [TaskFigures] = []
  private(set) var sample = ExecutionSample()

  /// How many fields of the input are learned of a type: the first that come.
  static let mostInputs = 16
  /// How many tasks are learned of a type: the first that come.
  static let mostTasks = 16

  init() {}

  /// Adds an execution, with what ran before it.
  mutating func add(
    _ observation: Observation, after preceding: String?, retrying failure: RecentFailures.Failure?,
    _ limits: StatisticsLimits = StatisticsLimits()
  ) {
    let outcome = Outcome(
      day: observation.day, hasFailed: observation.hasFailed,
      error: observation.errorFingerprint, durationSeconds: observation.durationSeconds)
    let hour = Condition.hour(observation.hour)
    let weekday = Condition.weekday(observation.weekday)
    var keys = [hour.key, weekday.key]
    if let key = outcome.errorKey, let error = observation.errorFingerprint {
      keys.append(key)
      errors.add(error, key: key)
    }
    all.add(outcome)
    hours[Int(observation.hour)].add(outcome)
    weekdays[Int(observation.weekday) - 1].add(outcome)
    if let failure {
      keys.append(Condition.retry(error: nil).key)
      retries.add(outcome)
      if !failure.error.isEmpty {
        let condition = Condition.retry(error: failure.error)
        keys.append(condition.key)
        retriedErrors.add(outcome, condition, key: condition.key, capacity: limits.values)
      }
    }
    if let preceding {
      let condition = Condition.preceding(preceding)
      keys.append(condition.key)
      self.preceding.add(outcome, condition, key: condition.key, capacity: limits.values)
    }
    for field in observation.inputs {
      guard let index = indexOfInput(field.path, limits) else { continue }
      // With the path that is kept already, so that it is kept once.
      let condition = Condition.input(InputField(path: inputs[index].path, value: field.value))
      let key = condition.key
      keys.append(key)
      inputs[index].values.add(outcome, condition, key: key, capacity: limits.values)
    }
    series.change(observation.day) { $0.add(outcome) }
    sample.add(
      outcome, id: observation.id, capacity: limits.sample, conditions: keys)
    if !observation.hasFailed { add(observation.tasks, on: observation.day, limits) }
  }

  private mutating func add(_ timings: [TaskTiming], on day: Int32, _ limits: StatisticsLimits) {
    let sum = timings.reduce(0) { $0 + $1.seconds }
    for timing in timings {
      guard let index = indexOfTask(timing.name, limits) else { continue }
      tasks[index].series.change(day) { $0.add(timing.seconds, of: sum) }
    }
  }

  mutating func merge(_ other: TypeStatistics) {
    all.merge(other.all)
    for index in hours.indices { hours[index].merge(other.hours[index]) }
    for index in weekdays.indices { weekdays[index].merge(other.weekdays[index]) }
    retries.merge(other.retries)
    retriedErrors.merge(other.retriedErrors)
    preceding.merge(other.preceding)
    errors.merge(other.errors)
    let limits = StatisticsLimits()
    for field in other.inputs {
      if let index = indexOfInput(field.path, limits) { inputs[index].values.merge(field.values) }
    }
    series.merge(other.series)
    for task in other.tasks {
      if let index = indexOfTask(task.name, limits) { tasks[index].series.merge(task.series) }
    }
    sample.merge(other.sample)
  }

  /// Keeps no more than the limits allow: of fields and tasks the first, of values the most frequent.
  mutating func trim(to limits: StatisticsLimits) {
    for table in [\TypeStatistics.retriedErrors, \.preceding] {
      self[keyPath: table].trim(to: limits.values)
    }
    inputs = Array(inputs.prefix(limits.inputs))
    for index in inputs.indices { inputs[index].values.trim(to: limits.values) }
    tasks = Array(tasks.prefix(limits.tasks))
    for index in tasks.indices { tasks[index].series.trim(to: StatisticsLimits.days) }
    series.trim(to: StatisticsLimits.days)
    sample.trim(to: limits.sample)
  }

  /// How many values lost their place.
  var valuesLeftOut: Int64 {
    inputs.reduce(retriedErrors.forgotten + preceding.forgotten) { $0 + $1.values.forgotten }
  }

  var footprint: Int {
    let figures = hours + weekdays + [all, retries]
    let buffers =
      hours.bufferFootprint + weekdays.bufferFootprint + inputs.bufferFootprint
      + tasks.bufferFootprint
    return figures.reduce(buffers) { $0 + $1.footprint }
      + retriedErrors.footprint + preceding.footprint + errors.footprint
      + inputs.reduce(0) { $0 + $1.path.footprint + $1.values.footprint }
      + tasks.reduce(0) { $0 + $1.name.footprint + $1.series.footprint }
      + series.footprint + sample.footprint
  }

  /// Where the field stands, which is put there while there is room.
  private mutating func indexOfInput(_ path: String, _ limits: StatisticsLimits) -> Int? {
    if let index = inputs.firstIndex(where: { $0.path == path }) { return index }
    guard inputs.count < limits.inputs else { return nil }
    inputs.append(InputFieldFigures(path: path))
    return inputs.count - 1
  }

  private mutating func indexOfTask(_ name: String, _ limits: StatisticsLimits) -> Int? {
    if let index = tasks.firstIndex(where: { $0.name == name }) { return index }
    guard tasks.count < limits.tasks else { return nil }
    tasks.append(TaskFigures(name: name))
    return tasks.count - 1
  }
}

// MARK: Bytes

extension TypeStatistics: ByteCoded {
  func write(to bytes: inout [UInt8]) {
    all.write(to: &bytes)
    hours.write(to: &bytes)
    weekdays.write(to: &bytes)
    retries.write(to: &bytes)
    retriedErrors.write(to: &bytes) { condition, bytes in
      if case .retry(let error) = condition { (error ?? "").write(to: &bytes) }
    }
    preceding.write(to: &bytes) { condition, bytes in
      if case .preceding(let type) = condition { type.write(to: &bytes) }
    }
    inputs.write(to: &bytes)
    errors.write(to: &bytes)
    series.write(to: &bytes)
    tasks.write(to: &bytes)
    sample.write(to: &bytes)
  }

  init(from reader: inout VariableLengthReader) throws(MalformedBytes) {
    all = try OutcomeFigures(from: &reader)
    hours = try [OutcomeFigures](from: &reader)
    weekdays = try [OutcomeFigures](from: &reader)
    retries = try OutcomeFigures(from: &reader)
    retriedErrors = try ValueTable(from: &reader) { reader throws(MalformedBytes) in
      .retry(error: try reader.text())
    }
    preceding = try ValueTable(from: &reader) { reader throws(MalformedBytes) in
      .preceding(try reader.text())
    }
    inputs = try [InputFieldFigures](from: &reader)
    errors = try ErrorTable(from: &reader)
    series = try DailySeries(from: &reader)
    tasks = try [TaskFigures](from: &reader)
    sample = try ExecutionSample(from: &reader)
    guard hours.count == 24, weekdays.count == 7, inputs.count <= Self.mostInputs,
      tasks.count <= Self.mostTasks
    else { throw MalformedBytes() }
  }
}
