internal import WorkflowHistory

/// The workflows whose last execution failed, as hashes of their ids: the latest of them.
struct RecentFailures: Sendable, ByteCoded {
  /// How many are remembered. A retry that comes after so many other failures is not known as one.
  static let capacity = 4096

  /// From the oldest on; some were taken out since.
  private var order: [UInt64] = []
  private var failed: Set<UInt64> = []

  init() {}

  /// Records how an execution of a workflow ended. Returns whether the one before it failed.
  mutating func note(_ workflowID: String, hasFailed: Bool) -> Bool {
    let key = StableHash.of(workflowID)
    if !hasFailed { return failed.remove(key) != nil }
    guard failed.insert(key).inserted else { return true }
    order.append(key)
    if order.count == 2 * Self.capacity { dropOldest() }
    return false
  }

  private mutating func dropOldest() {
    order = Self.latest(of: order, failed)
    failed = Set(order)
  }

  /// Those that still count, each once, at most so many as fit.
  private static func latest(of order: [UInt64], _ failed: Set<UInt64>) -> [UInt64] {
    var left = failed
    return order.reversed().filter { left.remove($0) != nil }.prefix(capacity).reversed()
  }

  func write(to bytes: inout [UInt8]) { Self.latest(of: order, failed).write(to: &bytes) }

  init(from reader: inout VariableLengthReader) throws(MalformedBytes) {
    order = try [UInt64](from: &reader)
    guard order.count <= Self.capacity else { throw MalformedBytes() }
    failed = Set(order)
  }
}
