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
    _ observation: Observation, after preceding: String?, retrying failure: RecentFailures.Failure?
  ) {
    let seconds = observation.hasFailed ? nil : observation.durationSeconds
    let outcome = Outcome(
      day: observation.day, hasFailed: observation.hasFailed,
      durationBucket: seconds.map(DurationSketch.bucket))
    let hour = Condition.hour(observation.hour)
    let weekday = Condition.weekday(observation.weekday)
    var keys = [hour.key, weekday.key]
    all.add(outcome)
    hours[Int(observation.hour)].add(outcome)
    weekdays[Int(observation.weekday) - 1].add(outcome)
    if let failure {
      keys.append(Condition.retry(error: nil).key)
      retries.add(outcome)
      if !failure.error.isEmpty {
        let condition = Condition.retry(error: failure.error)
        keys.append(condition.key)
        retriedErrors.add(outcome, condition, key: condition.key)
      }
    }
    if let preceding {
      let condition = Condition.preceding(preceding)
      keys.append(condition.key)
      self.preceding.add(outcome, condition, key: condition.key)
    }
    for field in observation.inputs {
      guard let index = indexOfInput(field.path) else { continue }
      // With the path that is kept already, so that it is kept once.
      let condition = Condition.input(InputField(path: inputs[index].path, value: field.value))
      let key = condition.key
      keys.append(key)
      inputs[index].values.add(outcome, condition, key: key)
    }
    series.change(observation.day) { $0.add(outcome) }
    sample.add(outcome, rank: observation.id.rank, conditions: keys)
    if !observation.hasFailed { add(observation.tasks, on: observation.day) }
  }

  private mutating func add(_ timings: [TaskTiming], on day: Int32) {
    let sum = timings.reduce(0) { $0 + $1.seconds }
    for timing in timings {
      guard let index = indexOfTask(timing.name) else { continue }
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
    for field in other.inputs {
      if let index = indexOfInput(field.path) { inputs[index].values.merge(field.values) }
    }
    series.merge(other.series)
    for task in other.tasks {
      if let index = indexOfTask(task.name) { tasks[index].series.merge(task.series) }
    }
    sample.merge(other.sample)
  }

  /// Where the field stands, which is put there while there is room.
  private mutating func indexOfInput(_ path: String) -> Int? {
    if let index = inputs.firstIndex(where: { $0.path == path }) { return index }
    guard inputs.count < Self.mostInputs else { return nil }
    inputs.append(InputFieldFigures(path: path))
    return inputs.count - 1
  }

  private mutating func indexOfTask(_ name: String) -> Int? {
    if let index = tasks.firstIndex(where: { $0.name == name }) { return index }
    guard tasks.count < Self.mostTasks else { return nil }
    tasks.append(TaskFigures(name: name))
    return tasks.count - 1
  }
}

extension ExecutionID {
  /// Its place in a sample: any is as likely for any id.
  fileprivate var rank: UInt64 { StableHash.mixed(high ^ StableHash.mixed(low)) }
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
    series = try DailySeries(from: &reader)
    tasks = try [TaskFigures](from: &reader)
    sample = try ExecutionSample(from: &reader)
    guard hours.count == 24, weekdays.count == 7, inputs.count <= Self.mostInputs,
      tasks.count <= Self.mostTasks
    else { throw MalformedBytes() }
  }
}
