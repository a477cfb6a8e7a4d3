internal import WorkflowHistory

/// The figures of the most common values of something that may have any number of them.
///
/// Where it is full, a value that is new takes the place of the rarest, as in the algorithm
/// Space-Saving (Metwally, Agrawal and El Abbadi 2005), but begins at 0: its figures are a lower
/// bound, and what was forgotten counts among the executions without it. So a pattern may look
/// weaker than it is, never stronger.
struct ValueTable: Equatable, Sendable {
  struct Entry: Equatable, Sendable {
    let condition: Condition
    var figures = OutcomeFigures()
  }

  /// How many values there are at most.
  static let capacity = 32
  /// A table that has forgotten so many values, and one for each second execution, holds ids.
  private static let forgottenOfIDs: Int64 = 256

  /// By ``Condition/key``, in step with ``entries``: a search among so few numbers that stand
  /// together is faster than hashing.
  private var keys: [UInt64] = []
  /// In the order of their arrival.
  private(set) var entries: [Entry] = []
  /// How many executions were added.
  private var executions: Int64 = 0
  /// How many values lost their place.
  private(set) var forgotten: Int64 = 0

  init() {}

  /// Whether nearly each execution has a value of its own: then there is nothing to learn.
  private(set) var holdsIDs = false

  mutating func add(
    _ outcome: Outcome, _ condition: Condition, key: UInt64, capacity: Int = capacity
  ) {
    executions += 1
    guard !holdsIDs else { return }
    guard let place = place(of: condition, key, capacity) else { return }
    entries[place].figures.add(outcome)
  }

  mutating func merge(_ other: ValueTable) {
    executions += other.executions
    forgotten += other.forgotten
    if other.holdsIDs { forget() }
    for (key, entry) in zip(other.keys, other.entries) where !holdsIDs {
      guard let place = place(of: entry.condition, key, Self.capacity) else { return }
      entries[place].figures.merge(entry.figures)
    }
  }

  /// Forgets the rarest values, so that so many are left.
  mutating func trim(to capacity: Int) {
    guard entries.count > capacity else { return }
    while entries.count > capacity { forgetRarest() }
    keys = Array(keys)
    entries = Array(entries)
  }

  var footprint: Int {
    entries.reduce(keys.bufferFootprint + entries.bufferFootprint) {
      $0 + $1.condition.footprint + $1.figures.footprint
    }
  }

  /// Where a value stands, which is put there if it is new. Nil where it turns out to be an id.
  private mutating func place(of condition: Condition, _ key: UInt64, _ capacity: Int) -> Int? {
    if let place = keys.firstIndex(of: key) { return place }
    if keys.count >= capacity {
      forgetRarest()
      if forgotten >= Self.forgottenOfIDs, forgotten > executions / 2 {
        forget()
        return nil
      }
    }
    keys.append(key)
    entries.append(Entry(condition: condition))
    return keys.count - 1
  }

  private mutating func forgetRarest() {
    let rarest = entries.indices.min {
      entries[$0].figures.executions < entries[$1].figures.executions
    }
    guard let rarest else { return }
    keys.remove(at: rarest)
    entries.remove(at: rarest)
    forgotten += 1
  }

  private mutating func forget() {
    holdsIDs = true
    keys = []
    entries = []
  }
}

// MARK: Bytes

extension ValueTable {
  /// Writes it, each condition as `write` does.
  func write(to bytes: inout [UInt8], _ write: (Condition, inout [UInt8]) -> Void) {
    executions.write(to: &bytes)
    forgotten.write(to: &bytes)
    holdsIDs.write(to: &bytes)
    bytes.append(variableLength: UInt64(entries.count))
    for entry in entries {
      write(entry.condition, &bytes)
      entry.figures.write(to: &bytes)
    }
  }

  /// Reads it, each condition as `read` does.
  init(
    from reader: inout VariableLengthReader,
    _ read: (inout VariableLengthReader) throws(MalformedBytes) -> Condition
  ) throws(MalformedBytes) {
    executions = try Int64(from: &reader)
    forgotten = try Int64(from: &reader)
    holdsIDs = try Bool(from: &reader)
    let count = try reader.count()
    guard count <= Self.capacity else { throw MalformedBytes() }
    for _ in 0..<count {
      let condition = try read(&reader)
      keys.append(condition.key)
      entries.append(Entry(condition: condition, figures: try OutcomeFigures(from: &reader)))
    }
  }
}
