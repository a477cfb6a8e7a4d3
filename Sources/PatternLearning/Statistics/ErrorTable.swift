internal import WorkflowHistory

/// The most frequent errors of a type's executions.
///
/// Counts are upper bounds, as in the algorithm Space-Saving (Metwally, Agrawal and El Abbadi
/// 2005), while those of a condition in an ``ErrorTally`` are lower bounds. So an error may look
/// less bound to a condition than it is, never more.
struct ErrorTable: Equatable, Sendable, ByteCoded {
  struct Entry: Equatable, Sendable {
    let fingerprint: String
    let key: UInt64
    /// At most so many executions ended with it.
    var count: Int64
  }

  private(set) var entries: [Entry] = []
  /// At most so many executions ended with any error that has no entry.
  private var others: Int64 = 0

  init() {}

  /// What an error is counted under: the same in each process, and that of no condition.
  static func key(of fingerprint: String) -> UInt64 {
    var hash = StableHash()
    hash.combine(7)
    hash.combine(fingerprint)
    return hash.value
  }

  mutating func add(_ fingerprint: String, key: UInt64) {
    if let place = place(of: key) {
      entries[place].count += 1
    } else {
      entries.append(Entry(fingerprint: fingerprint, key: key, count: others + 1))
      keepMostFrequent()
    }
  }

  mutating func merge(_ other: ErrorTable) {
    for index in entries.indices where other.place(of: entries[index].key) == nil {
      entries[index].count += other.others
    }
    for entry in other.entries {
      if let place = place(of: entry.key) {
        entries[place].count += entry.count
      } else {
        var sum = entry
        sum.count += others
        entries.append(sum)
      }
    }
    others += other.others
    keepMostFrequent()
  }

  func count(of key: UInt64) -> Int64 { place(of: key).map { entries[$0].count } ?? others }

  private func place(of key: UInt64) -> Int? { entries.firstIndex { $0.key == key } }

  private mutating func keepMostFrequent() {
    while entries.count > ErrorTally.capacity,
      let rarest = entries.indices.min(by: { entries[$0].count < entries[$1].count })
    {
      others = max(others, entries.remove(at: rarest).count)
    }
  }

  var footprint: Int {
    entries.reduce(entries.bufferFootprint) { $0 + $1.fingerprint.footprint }
  }

  func write(to bytes: inout [UInt8]) {
    bytes.append(variableLength: UInt64(entries.count))
    for entry in entries {
      entry.fingerprint.write(to: &bytes)
      bytes.append(variableLength: UInt64(entry.count))
    }
    bytes.append(variableLength: UInt64(others))
  }

  init(from reader: inout VariableLengthReader) throws(MalformedBytes) {
    for _ in 0..<(try reader.number()) {
      guard entries.count < ErrorTally.capacity else { throw MalformedBytes() }
      let fingerprint = try reader.text()
      let key = Self.key(of: fingerprint)
      entries.append(Entry(fingerprint: fingerprint, key: key, count: try reader.count()))
    }
    others = try reader.count()
  }
}
