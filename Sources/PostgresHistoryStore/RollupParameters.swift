internal import Postgres
internal import WorkflowHistory

/// The keys of some rollups as arrays.
struct RollupKeys {
  private var users = ArrayParameter(of: .text)
  private var days = ArrayParameter(of: .int4)
  private var workflowTypes = ArrayParameter(of: .text)

  mutating func append(_ key: RollupKey) {
    users.append(.text(key.userID.text))
    days.append(.int4(key.day.number))
    workflowTypes.append(.text(key.workflowType.text))
  }

  var isEmpty: Bool { users.count == 0 }
  var parameters: [Parameter] { [.array(users), .array(days), .array(workflowTypes)] }
}

/// Errors that their rollups do not count, as arrays.
struct SpilledErrors {
  private var keys = RollupKeys()
  private var fingerprints = ArrayParameter(of: .text)
  private(set) var counts = ArrayParameter(of: .int8)

  mutating func append(_ key: RollupKey, _ fingerprint: ExactText, _ count: Int64) {
    keys.append(key)
    fingerprints.append(.text(fingerprint.text))
    counts.append(.int8(count))
  }

  var isEmpty: Bool { keys.isEmpty }
  /// All but the counts.
  var parameters: [Parameter] { keys.parameters + [.array(fingerprints)] }
}

/// Some rollups as arrays.
struct RollupRows {
  private var keys = RollupKeys()
  private var counts = WorkflowStatus.allCases.map { _ in ArrayParameter(of: .int8) }
  private var durations = ArrayParameter(of: .bytes)
  private var errors = ArrayParameter(of: .bytes)
  private var spillsErrors = ArrayParameter(of: .boolean)

  mutating func append(_ key: RollupKey, _ rollup: ExecutionRollup, spillsErrors spills: Bool) {
    keys.append(key)
    for (index, status) in WorkflowStatus.allCases.enumerated() {
      counts[index].append(.int8(rollup.counts[status]))
    }
    durations.append(.bytes(rollup.durations.encoded))
    errors.append(.bytes(rollup.errors.encoded))
    spillsErrors.append(.boolean(spills))
  }

  var isEmpty: Bool { keys.isEmpty }
  var parameters: [Parameter] {
    keys.parameters + counts.map { .array($0) }
      + [.array(durations), .array(errors), .array(spillsErrors)]
  }
}
