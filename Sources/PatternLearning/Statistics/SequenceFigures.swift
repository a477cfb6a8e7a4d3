internal import WorkflowHistory

/// How often an execution of one type came right after one of another, in the order of one user.
struct SequenceFigures: Equatable, Sendable, ByteCoded {
  struct Pair: Hashable, Sendable {
    /// The type that came first.
    let first: String
    /// The type that came right after it.
    let second: String
  }

  struct Figures: Equatable, Sendable {
    var count: Int64 = 0
    /// When the second of them ran.
    var days = DaySpan()
  }

  private(set) var pairs: [Pair: Figures] = [:]

  init() {}

  mutating func add(_ pair: Pair, on day: Int32) {
    pairs[pair, default: Figures()].count += 1
    pairs[pair]?.days.extend(to: day)
  }

  /// Forgets what came before and after a type.
  mutating func remove(_ type: String) {
    pairs = pairs.filter { $0.key.first != type && $0.key.second != type }
  }

  var footprint: Int {
    pairs.reduce(pairs.bufferFootprint) {
      $0 + $1.key.first.footprint + $1.key.second.footprint
    }
  }

  mutating func merge(_ other: SequenceFigures) {
    for (pair, figures) in other.pairs {
      pairs[pair, default: Figures()].count += figures.count
      pairs[pair]?.days.merge(figures.days)
    }
  }

  func write(to bytes: inout [UInt8]) {
    let sorted = pairs.sorted { a, b in
      (ExactText(a.key.first), ExactText(a.key.second))
        < (ExactText(b.key.first), ExactText(b.key.second))
    }
    bytes.append(variableLength: UInt64(sorted.count))
    for (pair, figures) in sorted {
      pair.first.write(to: &bytes)
      pair.second.write(to: &bytes)
      bytes.append(variableLength: UInt64(figures.count))
      figures.days.write(to: &bytes)
    }
  }

  init(from reader: inout VariableLengthReader) throws(MalformedBytes) {
    for _ in 0..<(try reader.number()) {
      let pair = Pair(first: try reader.text(), second: try reader.text())
      pairs[pair] = Figures(count: try reader.count(), days: try DaySpan(from: &reader))
    }
  }
}
