internal import WorkflowHistory

/// The figures of one UTC day, which can be added to and merged.
protocol DayFigures: Equatable, Sendable, ByteCoded {
  /// In days since 1970-01-01.
  var day: Int32 { get }
  init(day: Int32)
  mutating func merge(_ other: Self)
  var durations: DurationSketch { get }
}

/// The figures of days, in order. There are as many as the periods that hold them have.
struct DailySeries<Figures: DayFigures>: Equatable, Sendable, ByteCoded {
  private(set) var days: [Figures] = []

  init() {}

  /// Changes the figures of a day, which are empty where there are none.
  mutating func change(_ day: Int32, _ change: (inout Figures) -> Void) {
    // Most often it is the last.
    let place = days.last?.day == day ? days.count - 1 : days.partitioningIndex { $0.day >= day }
    if place == days.count || days[place].day != day { days.insert(Figures(day: day), at: place) }
    change(&days[place])
  }

  mutating func merge(_ other: DailySeries) {
    for figures in other.days { change(figures.day) { $0.merge(figures) } }
  }

  /// Forgets the oldest days, so that so many are left.
  mutating func trim(to count: Int) {
    if days.count > count { days = Array(days.suffix(count)) }
  }

  var footprint: Int { days.reduce(days.bufferFootprint) { $0 + $1.durations.footprint } }

  func write(to bytes: inout [UInt8]) { days.write(to: &bytes) }

  init(from reader: inout VariableLengthReader) throws(MalformedBytes) {
    for figures in try [Figures](from: &reader) { change(figures.day) { $0.merge(figures) } }
  }
}

/// How the executions of one type ended on one day.
struct OutcomeDay: DayFigures {
  let day: Int32
  private(set) var executions: Int64 = 0
  private(set) var failures: Int64 = 0
  /// Of those that completed.
  private(set) var durations = DurationSketch()

  init(day: Int32) { self.day = day }

  mutating func add(_ outcome: Outcome) {
    executions += 1
    if outcome.hasFailed { failures += 1 }
    if let bucket = outcome.durationBucket { durations.add(1, to: bucket) }
  }

  mutating func merge(_ other: OutcomeDay) {
    executions += other.executions
    failures += other.failures
    durations.merge(other.durations)
  }

  func write(to bytes: inout [UInt8]) {
    day.write(to: &bytes)
    bytes.append(variableLength: UInt64(executions))
    bytes.append(variableLength: UInt64(failures))
    durations.write(to: &bytes)
  }

  init(from reader: inout VariableLengthReader) throws(MalformedBytes) {
    day = try reader.day()
    executions = try reader.count()
    failures = try reader.count()
    durations = try DurationSketch(from: &reader)
    guard failures <= executions else { throw MalformedBytes() }
  }
}

/// How long one task took on one day, in executions that completed.
struct TaskDay: DayFigures {
  let day: Int32
  private(set) var durations = DurationSketch()
  /// The sum of its durations.
  private(set) var seconds = 0.0
  /// The sum of the durations of all tasks of the same executions.
  private(set) var secondsOfAll = 0.0

  init(day: Int32) { self.day = day }

  mutating func add(_ seconds: Double, of all: Double) {
    durations.add(seconds)
    self.seconds += seconds
    secondsOfAll += all
  }

  mutating func merge(_ other: TaskDay) {
    durations.merge(other.durations)
    seconds += other.seconds
    secondsOfAll += other.secondsOfAll
  }

  func write(to bytes: inout [UInt8]) {
    day.write(to: &bytes)
    durations.write(to: &bytes)
    seconds.write(to: &bytes)
    secondsOfAll.write(to: &bytes)
  }

  init(from reader: inout VariableLengthReader) throws(MalformedBytes) {
    day = try reader.day()
    durations = try DurationSketch(from: &reader)
    seconds = try Double(from: &reader)
    secondsOfAll = try Double(from: &reader)
  }
}
