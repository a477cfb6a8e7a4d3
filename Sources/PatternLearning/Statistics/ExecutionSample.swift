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
    _ outcome: Outcome, rank: UInt64, conditions: @autoclosure () -> [UInt64]
  ) {
    func row() -> SampledExecution {
      SampledExecution(
        rank: rank, day: outcome.day, durationBucket: outcome.durationBucket,
        conditions: conditions().sorted())
    }
    if outcome.hasFailed {
      failures.add(rank, row())
    } else {
      completions.add(rank, row())
    }
  }

  mutating func merge(_ other: ExecutionSample) {
    failures.merge(other.failures)
    completions.merge(other.completions)
  }

  func write(to bytes: inout [UInt8]) {
    failures.executions.write(to: &bytes)
    completions.executions.write(to: &bytes)
  }

  init(from reader: inout VariableLengthReader) throws(MalformedBytes) {
    failures = BottomSample(try [SampledExecution](from: &reader))
    completions = BottomSample(try [SampledExecution](from: &reader))
  }
}

/// One execution of a sample.
struct SampledExecution: Equatable, Sendable, ByteCoded {
  let rank: UInt64
  let day: Int32
  let durationBucket: Int?
  /// The keys of all conditions that it meets, sorted.
  let conditions: [UInt64]

  init(rank: UInt64, day: Int32, durationBucket: Int?, conditions: [UInt64]) {
    self.rank = rank
    self.day = day
    self.durationBucket = durationBucket
    self.conditions = conditions
  }

  func write(to bytes: inout [UInt8]) {
    rank.write(to: &bytes)
    day.write(to: &bytes)
    bytes.append(zigzag: Int64(durationBucket ?? -1))
    conditions.write(to: &bytes)
  }

  init(from reader: inout VariableLengthReader) throws(MalformedBytes) {
    rank = try reader.number()
    day = try reader.day()
    let bucket = try reader.zigzag()
    guard (-1..<Int64(DurationSketch.bucketCount)).contains(bucket) else { throw MalformedBytes() }
    durationBucket = bucket < 0 ? nil : Int(bucket)
    conditions = try [UInt64](from: &reader)
  }
}

/// The executions of the lowest ranks, which are hashes of their ids: a uniform sample that may be
/// merged with others, and into which an execution goes once however often it comes (Cohen and
/// Kaplan 2007, "Summarizing data using bottom-k sketches").
struct BottomSample: Equatable, Sendable {
  /// By rank.
  private(set) var executions: [SampledExecution] = []

  /// How many executions there are at most.
  static let capacity = 256

  init() {}

  init(_ executions: [SampledExecution]) {
    for execution in executions { add(execution.rank, execution) }
  }

  /// Adds an execution, if its rank is among the lowest.
  mutating func add(_ rank: UInt64, _ execution: @autoclosure () -> SampledExecution) {
    let isFull = executions.count == Self.capacity
    if isFull, let last = executions.last, last.rank <= rank { return }
    let place = executions.partitioningIndex { $0.rank >= rank }
    if place < executions.count, executions[place].rank == rank { return }
    if isFull { executions.removeLast() }
    executions.insert(execution(), at: place)
  }

  mutating func merge(_ other: BottomSample) {
    for execution in other.executions { add(execution.rank, execution) }
  }
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
