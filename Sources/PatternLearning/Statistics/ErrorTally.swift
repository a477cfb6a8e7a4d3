internal import WorkflowHistory

/// How often the most frequent errors of some failures come, by their keys.
///
/// An error that is new takes the place of the rarest, and begins at 0: counts are lower bounds.
struct ErrorTally: Equatable, Sendable, ByteCoded {
  private struct Entry: Equatable, Sendable {
    let key: UInt64
    var count: UInt32
  }

  private var entries: [Entry] = []

  /// How many errors there are at most.
  static let capacity = 8

  init() {}

  mutating func add(_ key: UInt64, times: UInt32 = 1) {
    if let place = entries.firstIndex(where: { $0.key == key }) {
      entries[place].count &+= times
    } else if entries.count < Self.capacity {
      entries.append(Entry(key: key, count: times))
    } else if let rarest = entries.indices.min(by: { entries[$0].count < entries[$1].count }),
      entries[rarest].count <= times
    {
      entries[rarest] = Entry(key: key, count: times)
    }
  }

  mutating func merge(_ other: ErrorTally) {
    for entry in other.entries { add(entry.key, times: entry.count) }
  }

  /// At least so many of the failures ended with an error.
  func count(of key: UInt64) -> Int64 {
    entries.first { $0.key == key }.map { Int64($0.count) } ?? 0
  }

  var footprint: Int { entries.bufferFootprint }

  func write(to bytes: inout [UInt8]) {
    bytes.append(variableLength: UInt64(entries.count))
    for entry in entries {
      bytes.append(variableLength: entry.key)
      bytes.append(variableLength: entry.count)
    }
  }

  init(from reader: inout VariableLengthReader) throws(MalformedBytes) {
    for _ in 0..<(try reader.number()) {
      let key = try reader.number()
      guard entries.count < Self.capacity, let count = UInt32(exactly: try reader.number()) else {
        throw MalformedBytes()
      }
      add(key, times: count)
    }
  }
}
