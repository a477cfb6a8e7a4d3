internal import WorkflowHistory

/// Some executions as they were, with all of their conditions: what counts by single conditions
/// can't tell, that one condition is only another in disguise, is seen in these.
///
/// Failures and completions are sampled apart, since failures are rare: the odds ratio of a
/// condition is the same as among all (Breslow and Day 1980, "The analysis of case-control
/// studies").
struct ExecutionSample: Equatable, Sendable, ByteCoded {
  private(set) var failures = BottomSample()
  private(set) var completions = BottomSample()

  init() {}

  mutating func add(
    _ outcome: Outcome, id: ExecutionID, capacity: Int, conditions: @autoclosure () -> [UInt64]
  ) {
    func row() -> SampledExecution {
      SampledExecution(id: id, duration: outcome.duration, conditions: conditions().sorted())
    }
    let rank = id.rank
    if outcome.hasFailed {
      failures.add(rank, capacity: capacity, row())
    } else {
      completions.add(rank, capacity: capacity, row())
    }
  }

  mutating func merge(_ other: ExecutionSample) {
    failures.merge(other.failures)
    completions.merge(other.completions)
  }

  mutating func trim(to capacity: Int) {
    failures.trim(to: capacity)
    completions.trim(to: capacity)
  }

  var footprint: Int { failures.footprint + completions.footprint }

  func write(to bytes: inout [UInt8]) {
    failures.write(to: &bytes)
    completions.write(to: &bytes)
  }

  init(from reader: inout VariableLengthReader) throws(MalformedBytes) {
    failures = try BottomSample(from: &reader)
    completions = try BottomSample(from: &reader)
  }
}

/// One execution of a sample.
struct SampledExecution: Equatable, Sendable, ByteCoded {
  let id: ExecutionID
  /// Where it completed and has one.
  let duration: RoundedDuration?
  /// The keys of all conditions that it meets and of the error that it ended with, sorted.
  let conditions: [UInt64]

  init(id: ExecutionID, duration: RoundedDuration?, conditions: [UInt64]) {
    self.id = id
    self.duration = duration
    self.conditions = conditions
  }

  /// Its place in a sample.
  var rank: UInt64 { id.rank }
  /// The UTC day of its id, in days since 1970-01-01.
  var day: Int32 { id.createdAt.day }
  /// The bucket of its duration.
  var durationBucket: Int? { duration.map { DurationSketch.bucket(of: $0.seconds) } }

  func write(to bytes: inout [UInt8]) {
    id.high.write(to: &bytes)
    id.low.write(to: &bytes)
    (duration.map { [$0] } ?? []).write(to: &bytes)
    conditions.write(to: &bytes)
  }

  init(from reader: inout VariableLengthReader) throws(MalformedBytes) {
    id = ExecutionID(high: try reader.number(), low: try reader.number())
    duration = try [RoundedDuration](from: &reader).last
    conditions = try [UInt64](from: &reader)
  }
}

/// The executions of the lowest ranks, which are hashes of their ids: a uniform sample that may be
/// merged with others, and into which an execution goes once however often it comes (Cohen and
/// Kaplan 2007, "Summarizing data using bottom-k sketches").
struct BottomSample: Equatable, Sendable, ByteCoded {
  /// By rank.
  private(set) var executions: [SampledExecution] = []
  /// Those of this rank or a higher one are left out; all others are there.
  private var ceiling = UInt64.max

  /// How many executions a period keeps at most.
  static let capacity = 256

  init() {}

  /// Adds an execution, if its rank is among the lowest.
  mutating func add(
    _ rank: UInt64, capacity: Int = capacity, _ execution: @autoclosure () -> SampledExecution
  ) {
    guard rank < ceiling else { return }
    let place = executions.partitioningIndex { $0.rank >= rank }
    if place < executions.count, executions[place].rank == rank { return }
    executions.insert(execution(), at: place)
    if executions.count > capacity {
      ceiling = executions[capacity].rank
      executions.removeLast(executions.count - capacity)
    }
  }

  /// Adds all of another sample whose rank is low enough in both: as many as the smaller has, or
  /// more.
  mutating func merge(_ other: BottomSample) {
    ceiling = min(ceiling, other.ceiling)
    var rest = executions[...]
    var merged: [SampledExecution] = []
    for execution in other.executions {
      while let next = rest.first, next.rank <= execution.rank {
        if next.rank < execution.rank { merged.append(next) }
        rest.removeFirst()
      }
      merged.append(execution)
    }
    merged += rest
    executions = Array(merged.prefix { $0.rank < ceiling })
  }

  /// Keeps the lowest ranks alone.
  mutating func trim(to capacity: Int) {
    guard executions.count > capacity else { return }
    ceiling = executions[capacity].rank
    executions = Array(executions[..<capacity])
  }

  var footprint: Int {
    executions.reduce(executions.bufferFootprint) { $0 + $1.conditions.bufferFootprint }
  }

  func write(to bytes: inout [UInt8]) {
    ceiling.write(to: &bytes)
    executions.write(to: &bytes)
  }

  init(from reader: inout VariableLengthReader) throws(MalformedBytes) {
    ceiling = try reader.number()
    executions = try [SampledExecution](from: &reader)
    let isOrdered = zip(executions, executions.dropFirst()).allSatisfy { $0.rank < $1.rank }
    guard isOrdered, executions.count <= Self.capacity else { throw MalformedBytes() }
  }
}

extension ExecutionID {
  /// Its place in a sample: any is as likely for any id.
  fileprivate var rank: UInt64 { StableHash.mixed(high ^ StableHash.mixed(low)) }
}

extension RandomAccessCollection where Index == Int {
  /// The first index whose element is true for `predicate`, where all after it are.
  func partitioningIndex(_ predicate: (Element) -> Bool) -> Int {
    var low = startIndex
    var high = endIndex
    while low < high {
      let middle = low + (high - low) / 2
      if predicate(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
