internal import WorkflowHistory

/// How often the most frequent errors of some failures come, by their keys.
///
/// An error that is new takes the place of the rarest and goes on from its count, as in the algorithm
/// Space-Saving (Metwally, Agrawal and El Abbadi 2005), which is taken off again where it is asked for:
/// counts are lower bounds.
struct ErrorTally: Equatable, Sendable, ByteCoded {
  private struct Entry: Equatable, Sendable {
    let key: UInt64
    var count: UInt32
    /// How much of the count may be that of others.
    var excess: UInt32 = 0
  }

  private var entries: [Entry] = []

  /// How many errors there are at most.
  static let capacity = 8

  init() {}

  mutating func add(_ key: UInt64) {
    if let place = entries.firstIndex(where: { $0.key == key }) {
      entries[place].count &+= 1
    } else {
      let before = entries.count == Self.capacity ? removeRarest() : 0
      entries.append(Entry(key: key, count: before &+ 1, excess: before))
    }
  }

  mutating func merge(_ other: ErrorTally) {
    for entry in other.entries {
      if let place = entries.firstIndex(where: { $0.key == entry.key }) {
        entries[place].count &+= entry.count
        entries[place].excess &+= entry.excess
      } else {
        entries.append(entry)
      }
    }
    while entries.count > Self.capacity { _ = removeRarest() }
  }

  /// Returns the count of the one that it removes.
  private mutating func removeRarest() -> UInt32 {
    let rarest = entries.indices.min { entries[$0].count < entries[$1].count }
    return rarest.map { entries.remove(at: $0).count } ?? 0
  }

  /// At least so many of the failures ended with an error.
  func count(of key: UInt64) -> Int64 {
    entries.first { $0.key == key }.map { Int64($0.count) - Int64($0.excess) } ?? 0
  }

  var footprint: Int { entries.bufferFootprint }

  func write(to bytes: inout [UInt8]) {
    bytes.append(variableLength: UInt64(entries.count))
    for entry in entries {
      bytes.append(variableLength: entry.key)
      bytes.append(variableLength: entry.count)
      bytes.append(variableLength: entry.excess)
    }
  }

  init(from reader: inout VariableLengthReader) throws(MalformedBytes) {
    for _ in 0..<(try reader.number()) {
      let key = try reader.number()
      guard entries.count < Self.capacity, let count = UInt32(exactly: try reader.number()),
        let excess = UInt32(exactly: try reader.number()), excess <= count
      else { throw MalformedBytes() }
      entries.append(Entry(key: key, count: count, excess: excess))
    }
  }
}
