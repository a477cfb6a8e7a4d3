internal import WorkflowHistory

/// How one execution ended.
struct Outcome {
  /// The UTC day, in days since 1970-01-01.
  let day: Int32
  let hasFailed: Bool
  /// Where it completed and has one. How long a failure took says something else.
  let duration: RoundedDuration?
  /// The bucket of its duration.
  let durationBucket: Int?
  /// The key of its error, where it failed and has one.
  let errorKey: UInt64?

  init(day: Int32, hasFailed: Bool, error: String? = nil, durationSeconds: Double? = nil) {
    self.day = day
    self.hasFailed = hasFailed
    errorKey = hasFailed ? error.map(ErrorTable.key) : nil
    duration = hasFailed ? nil : durationSeconds.map(RoundedDuration.init)
    durationBucket = duration.map { DurationSketch.bucket(of: $0.seconds) }
  }
}

/// How executions ended, and how long those took that completed.
struct OutcomeFigures: Equatable, Sendable, ByteCoded {
  private(set) var executions: Int64 = 0
  private(set) var failures: Int64 = 0
  /// Of those that completed.
  private(set) var durations = DurationSketch()
  /// When there was one.
  private(set) var days = DaySpan()
  /// When one failed.
  private(set) var failureDays = DaySpan()
  /// With which errors.
  private(set) var errors = ErrorTally()

  init() {}

  mutating func add(_ outcome: Outcome) {
    executions += 1
    days.extend(to: outcome.day)
    if outcome.hasFailed {
      failures += 1
      failureDays.extend(to: outcome.day)
      if let key = outcome.errorKey { errors.add(key) }
    }
    if let bucket = outcome.durationBucket { durations.add(1, to: bucket) }
  }

  mutating func merge(_ other: OutcomeFigures) {
    executions += other.executions
    failures += other.failures
    durations.merge(other.durations)
    days.merge(other.days)
    failureDays.merge(other.failureDays)
    errors.merge(other.errors)
  }

  var footprint: Int { durations.footprint + errors.footprint }

  func write(to bytes: inout [UInt8]) {
    bytes.append(variableLength: UInt64(executions))
    bytes.append(variableLength: UInt64(failures))
    durations.write(to: &bytes)
    days.write(to: &bytes)
    failureDays.write(to: &bytes)
    errors.write(to: &bytes)
  }

  init(from reader: inout VariableLengthReader) throws(MalformedBytes) {
    executions = try reader.count()
    failures = try reader.count()
    durations = try DurationSketch(from: &reader)
    days = try DaySpan(from: &reader)
    failureDays = try DaySpan(from: &reader)
    errors = try ErrorTally(from: &reader)
    guard failures + durations.count <= executions else { throw MalformedBytes() }
  }
}

/// The first and the last UTC day of something, in days since 1970-01-01.
struct DaySpan: Equatable, Sendable, ByteCoded {
  private(set) var first = Int32.max
  private(set) var last = Int32.min

  init() {}

  mutating func extend(to day: Int32) {
    first = min(first, day)
    last = max(last, day)
  }

  mutating func merge(_ other: DaySpan) {
    first = min(first, other.first)
    last = max(last, other.last)
  }

  func write(to bytes: inout [UInt8]) {
    first.write(to: &bytes)
    last.write(to: &bytes)
  }

  init(from reader: inout VariableLengthReader) throws(MalformedBytes) {
    first = try Int32(from: &reader)
    last = try Int32(from: &reader)
  }
}
