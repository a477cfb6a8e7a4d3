internal import WorkflowHistory

/// Which of the waiting writes may be written next.
///
/// First come, first served, but for writes of one id: these are written one after another, in the
/// order in which they came, and never two of them in one batch.
struct WriteOrder {
  private struct Chain {
    /// In their order, without the one that is being written.
    var waiting: [PendingWrite] = []
    var isBeingWritten = false
  }

  private var chains: [ExecutionID: Chain] = [:]
  /// The ids whose next write may be written, from `head` on. Where a write was withdrawn since,
  /// its id may stand here in vain.
  private var ready: [ExecutionID] = []
  private var head = 0

  /// How many writes there are, waiting or being written.
  private(set) var count = 0
  /// What these hold.
  private(set) var bytes = 0

  /// Adds a write behind all others.
  mutating func add(_ write: PendingWrite) {
    count += 1
    bytes += write.bytes
    let isFirst = chains[write.id] == nil
    chains[write.id, default: Chain()].waiting.append(write)
    if isFirst { ready.append(write.id) }
  }

  /// Whether there is something to take.
  mutating func hasReady() -> Bool {
    while head < ready.count {
      if mayTake(ready[head]) { return true }
      head += 1
    }
    dropPassed()
    return false
  }

  /// Takes the next writes, sorted by id: as many as a batch may have, and at least one if there
  /// is one. Each stays counted until ``end(_:)``.
  mutating func take(atMost limit: Int, bytes byteLimit: Int) -> [PendingWrite] {
    var taken: [PendingWrite] = []
    var takenBytes = 0
    while taken.count < limit, hasReady() {
      let id = ready[head]
      guard let index = chains.index(forKey: id), let write = chains.values[index].waiting.first,
        taken.isEmpty || takenBytes + write.batchBytes <= byteLimit
      else { break }
      head += 1
      chains.values[index].waiting.removeFirst()
      chains.values[index].isBeingWritten = true
      taken.append(write)
      takenBytes += write.batchBytes
    }
    dropPassed()
    return taken.sorted { $0.id < $1.id }
  }

  /// Takes note that a write which was taken has been written, or never will be.
  mutating func end(_ write: PendingWrite) {
    forget(write)
    guard let index = chains.index(forKey: write.id) else { return }
    chains.values[index].isBeingWritten = false
    if chains.values[index].waiting.isEmpty {
      chains.remove(at: index)
    } else {
      ready.append(write.id)
    }
  }

  /// Puts back a write that was taken, before those that wait for the same id.
  mutating func putBack(_ write: PendingWrite) {
    chains[write.id, default: Chain()].waiting.insert(write, at: 0)
    chains[write.id]?.isBeingWritten = false
    ready.append(write.id)
  }

  /// Takes a write out that waits; false where it is being written.
  mutating func withdraw(_ write: PendingWrite) -> Bool {
    guard let index = chains.index(forKey: write.id),
      let position = chains.values[index].waiting.firstIndex(where: { $0 === write })
    else { return false }
    forget(write)
    chains.values[index].waiting.remove(at: position)
    if chains.values[index].waiting.isEmpty, !chains.values[index].isBeingWritten {
      chains.remove(at: index)
    }
    return true
  }

  /// Takes out all that waits.
  mutating func withdrawAll() -> [PendingWrite] {
    let all = chains.values.flatMap(\.waiting)
    for write in all { _ = withdraw(write) }
    return all
  }

  private func mayTake(_ id: ExecutionID) -> Bool {
    guard let chain = chains[id] else { return false }
    return !chain.isBeingWritten && !chain.waiting.isEmpty
  }

  private mutating func forget(_ write: PendingWrite) {
    count -= 1
    bytes -= write.bytes
  }

  private mutating func dropPassed() {
    if head == ready.count {
      ready.removeAll(keepingCapacity: true)
      head = 0
    } else if head > 64, head * 2 > ready.count {
      ready.removeFirst(head)
      head = 0
    }
  }
}
