import WorkflowHistory

/// The time of the tests: 2026-03-01T12:00:00.123456Z.
let now = Timestamp(microseconds: 1_772_366_400_123_456)

extension Timestamp {
  func plus(_ seconds: Double) -> Timestamp {
    Timestamp(microseconds: microseconds + Int64(seconds * 1e6))
  }
}

/// SplitMix64: the same numbers in each run.
struct SeededGenerator: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
    return z ^ z >> 31
  }
}

func json(_ text: String) throws -> JSONDocument { try JSONDocument(checking: Array(text.utf8)) }

/// The fields of a save that keeps every rule.
func savedFields(
  _ change: (inout ExecutionFields) throws -> Void = { _ in }
) rethrows -> ExecutionFields {
  var fields = ExecutionFields()
  fields.workflowID = "wf-123"
  fields.workflowType = "etl"
  fields.status = .running
  try change(&fields)
  return fields
}

func save(
  user: String = "ada", reach: Reach = .user("ada"), retention: RetentionPolicy = .keepsAll,
  _ change: (inout ExecutionFields) throws -> Void = { _ in }
) throws -> ExecutionSave {
  var generator = SeededGenerator(state: 1)
  return try ExecutionSave(
    checking: savedFields(change), userID: user, reach: reach, retention: retention, now: now,
    using: &generator)
}

/// A row as it stands in the database: the result of a save, changed.
func storedRow(_ change: (inout WorkflowExecution) throws -> Void = { _ in }) throws
  -> WorkflowExecution
{
  var execution = try save().execution
  try change(&execution)
  return execution
}

/// The update of the row with `paths` for its mask.
func checkedUpdate(
  _ paths: String..., expectedVersion: Int32 = 0, allowReopen: Bool = false,
  _ change: (inout ExecutionFields) throws -> Void = { _ in }
) throws -> ExecutionUpdate {
  var fields = ExecutionFields()
  fields.id = try save().execution.id
  try change(&fields)
  return try ExecutionUpdate(
    checking: fields, paths: paths, expectedVersion: expectedVersion, allowReopen: allowReopen)
}

/// Why `body` is refused, or nil where it succeeds.
func refusal<T>(_ body: () throws -> T) -> HistoryError? {
  do {
    _ = try body()
    return nil
  } catch {
    return error as? HistoryError ?? HistoryError(.internal, "\(error)")
  }
}

/// The names of the fields that `body` is refused for, in order; none where it succeeds.
func refusedFields<T>(_ body: () throws -> T) -> [String] {
  guard let refusal = refusal(body) else { return [] }
  return refusal.code == .invalidArgument ? refusal.violations.map(\.field) : [refusal.message]
}
