internal import WorkflowHistory

/// Bytes that stand for a sequence of tagged fields without ambiguity: each is its tag, its length
/// in eight bytes, and its bytes; a field that is absent leaves nothing.
struct CanonicalBytes {
  private(set) var bytes: [UInt8] = []

  mutating func add(_ tag: UInt8, _ field: some Collection<UInt8>) {
    bytes.append(tag)
    append(UInt64(field.count))
    bytes.append(contentsOf: field)
  }

  mutating func add(_ tag: UInt8, _ text: String?) {
    if let text { add(tag, text.utf8) }
  }

  mutating func add(_ tag: UInt8, _ number: UInt64?) {
    guard let number else { return }
    bytes.append(tag)
    append(8)
    append(number)
  }

  mutating func add(_ tag: UInt8, _ number: Int64?) {
    add(tag, number.map { UInt64(bitPattern: $0) })
  }

  private mutating func append(_ number: UInt64) {
    for shift in stride(from: 56, through: 0, by: -8) {
      bytes.append(UInt8(truncatingIfNeeded: number >> UInt64(shift)))
    }
  }
}

extension CanonicalBytes {
  /// The user and the filters that a token is good for.
  init(_ filter: ExecutionFilter) {
    add(2, filter.userID)
    add(3, filter.workflowID)
    add(4, filter.workflowType)
    add(5, filter.statuses.map { UInt8($0.rawValue) }.sorted())
    add(6, filter.createdAfter?.microseconds)
    add(7, filter.createdBefore?.microseconds)
  }
}
