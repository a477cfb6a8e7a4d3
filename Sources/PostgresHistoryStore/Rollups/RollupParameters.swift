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

/// Whether a rollup keeps some of its counts in tables of their own.
struct RollupSpills {
  var errors = false
  var tasks = false

  var isAny: Bool { errors || tasks }
}

/// Some rollups as arrays.
struct RollupRows {
  private var keys = RollupKeys()
  private var counts = WorkflowStatus.allCases.map { _ in ArrayParameter(of: .int8) }
  private var durations = ArrayParameter(of: .bytes)
  private var errors = ArrayParameter(of: .bytes)
  private var tasks = ArrayParameter(of: .bytes)
  private var spillsErrors = ArrayParameter(of: .boolean)
  private var spillsTasks = ArrayParameter(of: .boolean)

  mutating func append(_ key: RollupKey, _ rollup: ExecutionRollup, spills: RollupSpills) {
    keys.append(key)
    for (index, status) in WorkflowStatus.allCases.enumerated() {
      counts[index].append(.int8(rollup.counts[status]))
    }
    durations.append(.bytes(rollup.durations.encoded))
    errors.append(.bytes(rollup.errors.encoded))
    tasks.append(.bytes(rollup.tasks.encoded))
    spillsErrors.append(.boolean(spills.errors))
    spillsTasks.append(.boolean(spills.tasks))
  }

  var isEmpty: Bool { keys.isEmpty }
  var parameters: [Parameter] {
    keys.parameters + counts.map { .array($0) }
      + [durations, errors, tasks, spillsErrors, spillsTasks].map { .array($0) }
  }
}
