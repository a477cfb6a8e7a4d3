internal import WorkflowHistory

/// The workflows whose last execution failed, as hashes of their ids, and how: the latest of them.
struct RecentFailures: Sendable, ByteCoded {
  /// How many are remembered. A retry that comes after so many other failures is not known as one.
  static let capacity = 4096

  /// An execution that failed.
  struct Failure: Equatable, Sendable {
    /// The fingerprint of its error; empty where it has none.
    var error: String
  }

  /// From the oldest on; some were taken out since.
  private var order: [UInt64] = []
  private var failures: [UInt64: Failure] = [:]

  init() {}

  /// Records how an execution of a workflow ended: nil where it completed. Returns the failure of
  /// the one before it; nil where that completed, or there is none.
  mutating func note(_ workflowID: String, _ failure: Failure?) -> Failure? {
    let key = StableHash.of(workflowID)
    guard let failure else { return failures.removeValue(forKey: key) }
    if let before = failures.updateValue(failure, forKey: key) { return before }
    order.append(key)
    if order.count == 2 * Self.capacity {
      order = latest
      let kept = Set(order)
      failures = failures.filter { kept.contains($0.key) }
    }
    return nil
  }

  /// Those that still count, each once, at most so many as fit.
  private var latest: [UInt64] {
    var left = Set(failures.keys)
    return order.reversed().filter { left.remove($0) != nil }.prefix(Self.capacity).reversed()
  }

  func write(to bytes: inout [UInt8]) {
    let latest = latest
    bytes.append(variableLength: UInt64(latest.count))
    for key in latest {
      key.write(to: &bytes)
      (failures[key]?.error ?? "").write(to: &bytes)
    }
  }

  init(from reader: inout VariableLengthReader) throws(MalformedBytes) {
    let count = try reader.count()
    guard count <= Self.capacity else { throw MalformedBytes() }
    for _ in 0..<count {
      let key = try reader.number()
      order.append(key)
      failures[key] = Failure(error: try reader.text())
    }
  }
}
