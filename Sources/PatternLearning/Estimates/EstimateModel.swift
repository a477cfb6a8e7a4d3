public import WorkflowHistory

/// What to expect of the next execution of one workflow type of one user.
///
/// Executions are parted by the conditions that patterns name and that are known at the start: for
/// durations those they go with, for failures those. What is expected of an execution is what was
/// seen in its cell.
///
/// It holds values of inputs as they are, and is to be kept as they are kept.
public struct EstimateModel: Equatable, Sendable {
  private let durations: ConditionPartition<DurationCell>
  private let outcomes: ConditionPartition<OutcomeCounts>
  /// The UTC day since when executions take as long as they do. Nil where they always did.
  private let lastDurationChange: Int32?
  /// The UTC day of the last change of how often they fail: only outcomes since then count. Nil
  /// where there was none.
  private let outcomesSince: Int32?

  init(
    durations: ConditionPartition<DurationCell>, lastChange lastDurationChange: Int32?,
    outcomes: ConditionPartition<OutcomeCounts>, since outcomesSince: Int32?
  ) {
    self.durations = durations
    self.lastDurationChange = lastDurationChange
    self.outcomes = outcomes
    self.outcomesSince = outcomesSince
  }

  /// The model of a type of which no more is known than this, whatever the input: how long
  /// executions took that completed, and how many failed of those that ended.
  public init(durations: DurationHistogram, failed: Int64, ended: Int64) {
    self.init(
      durations: ConditionPartition(DurationCell(durations: DurationTable(durations))),
      lastChange: nil,
      outcomes: ConditionPartition(OutcomeCounts(failed: failed, ended: ended)), since: nil)
  }

  /// What to expect of an execution that starts at an instant with such an input.
  public func estimate(inputs: [InputField], at instant: Timestamp) -> Estimate {
    let inputs = Set(inputs)
    func isMet(_ condition: Condition) -> Bool {
      switch condition {
      case .hour(let hour): hour == instant.hour
      case .weekday(let weekday): weekday == instant.weekday
      case .input(let field): inputs.contains(field)
      case .preceding, .retry, .since: false
      }
    }
    let durationCell = durations.cell(where: isMet)
    let outcomeCell = outcomes.cell(where: isMet)
    var conditions = (durationCell.map(durations.conditions) ?? []).map(Self.words)
    if let change = lastDurationChange, durationCell?.content.isRestated == true {
      conditions.append("with durations before \(CalendarDay(daysSince1970: change)) restated")
    }
    for words in (outcomeCell.map(outcomes.conditions) ?? []).map(Self.words)
    where !conditions.contains(words) {
      conditions.append(words)
    }
    if let day = outcomesSince {
      conditions.append("with outcomes since \(CalendarDay(daysSince1970: day))")
    }
    return Estimate(
      durations: durationCell?.content.durations ?? DurationTable(),
      outcomes: outcomeCell?.content ?? OutcomeCounts(), conditions: conditions)
  }

  private static func words(_ condition: Condition, isMet: Bool) -> String {
    isMet ? condition.words : "apart from those \(condition.words)"
  }
}

/// How long executions took.
struct DurationCell: Equatable, Sendable, ByteCoded {
  var durations: DurationTable
  /// Whether some are not as they were, but as they would be since the last change.
  var isRestated = false

  init(durations: DurationTable, isRestated: Bool = false) {
    self.durations = durations
    self.isRestated = isRestated
  }

  func write(to bytes: inout [UInt8]) {
    durations.write(to: &bytes)
    isRestated.write(to: &bytes)
  }

  init(from reader: inout VariableLengthReader) throws(MalformedBytes) {
    durations = try DurationTable(from: &reader)
    isRestated = try Bool(from: &reader)
  }
}

/// How executions ended.
struct OutcomeCounts: Equatable, Sendable, ByteCoded {
  var failed: Int64 = 0
  var ended: Int64 = 0

  init(failed: Int64 = 0, ended: Int64 = 0) {
    self.failed = failed
    self.ended = ended
  }

  func write(to bytes: inout [UInt8]) {
    bytes.append(variableLength: UInt64(failed))
    bytes.append(variableLength: UInt64(ended))
  }

  init(from reader: inout VariableLengthReader) throws(MalformedBytes) {
    failed = try reader.count()
    ended = try reader.count()
    guard failed <= ended else { throw MalformedBytes() }
  }
}

// MARK: Bytes

extension EstimateModel {
  /// Leads the bytes, so that a later release may write them otherwise.
  private static let format: UInt8 = 1

  /// How many bytes ``encoded`` has at most.
  ///
  /// Of the durations a cell has 256 at most, each in 3 bytes but for a few, or the only cell has
  /// ``DurationTable/mostRuns``, each in 10; of the conditions each of both has 8, of at most 210
  /// bytes: 12 * 800 + 2 * 8 * 210 < 16384, as is 1500 * 10.
  public static let mostBytes = 16 << 10

  /// The model in bytes.
  public var encoded: [UInt8] {
    var bytes = [Self.format]
    durations.write(to: &bytes)
    outcomes.write(to: &bytes)
    for since in [lastDurationChange, outcomesSince] {
      (since.map { [$0] } ?? []).write(to: &bytes)
    }
    return bytes
  }

  /// The model that was written as these bytes.
  public init(encoded bytes: [UInt8]) throws(MalformedBytes) {
    guard bytes.count <= Self.mostBytes else { throw MalformedBytes() }
    var reader = VariableLengthReader(bytes)
    guard try reader.byte() == Self.format else { throw MalformedBytes() }
    durations = try ConditionPartition(from: &reader)
    outcomes = try ConditionPartition(from: &reader)
    lastDurationChange = try [Int32](from: &reader).last
    outcomesSince = try [Int32](from: &reader).last
    guard reader.isAtEnd else { throw MalformedBytes() }
  }
}
