internal import WorkflowHistory

/// The workflows whose last execution failed, as hashes of their ids, and how: the latest of them.
struct RecentFailures: Sendable, ByteCoded {
  /// How many are remembered. A retry that comes after so many other failures is not known as one.
  static let capacity = 4096

  /// How many bytes the texts of the errors have at most: past it, they are not remembered.
  static let mostTextBytes = 1 << 20
  /// How many bytes they take at most, with two keys of each failure and the room that arrays and
  /// dictionaries take ahead.
  static let mostBytes = 2 * mostTextBytes

  /// An execution that failed.
  struct Failure: Equatable, Sendable {
    /// The fingerprint of its error; empty where it has none.
    var error: String
  }

  /// From the oldest on; some were taken out since.
  private var order: [UInt64] = []
  private var failures: [UInt64: Failure] = [:]
  private var textBytes = 0

  init() {}

  /// Records how an execution of a workflow ended: nil where it completed. Returns the failure of
  /// the one before it; nil where that completed, or there is none.
  mutating func note(_ workflowID: String, _ failure: Failure?) -> Failure? {
    let key = StableHash.of(workflowID)
    let before = failures.removeValue(forKey: key)
    textBytes -= before?.error.utf8.count ?? 0
    guard var failure else { return before }
    if textBytes + failure.error.utf8.count > Self.mostTextBytes { failure.error = "" }
    textBytes += failure.error.utf8.count
    failures[key] = failure
    if before == nil { order.append(key) }
    if order.count == 2 * Self.capacity {
      order = latest
      let kept = Set(order)
      failures = failures.filter { kept.contains($0.key) }
      textBytes = failures.values.reduce(0) { $0 + $1.error.utf8.count }
    }
    return before
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
      let error = try reader.text()
      textBytes += error.utf8.count
      failures[key] = Failure(error: error)
    }
    guard textBytes <= Self.mostTextBytes else { throw MalformedBytes() }
  }
}
