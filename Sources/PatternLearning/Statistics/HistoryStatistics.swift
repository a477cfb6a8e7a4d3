internal import WorkflowHistory

/// What the executions of one user in some time add up to.
struct HistoryStatistics: Equatable, Sendable {
  /// By workflow type.
  private(set) var types: [String: TypeStatistics] = [:]
  private(set) var sequences = SequenceFigures()
  /// How many executions were of a type past the limit, and so were left out.
  private(set) var leftOut: Int64 = 0

  /// How many types are learned of a user: the first that come.
  static let mostTypes = 64

  init() {}

  /// Adds an execution, with what ran before it.
  mutating func add(
    _ observation: Observation, after preceding: String?, retrying failure: RecentFailures.Failure?,
    _ limits: StatisticsLimits = StatisticsLimits()
  ) {
    let type = observation.workflowType
    guard types[type] != nil || types.count < limits.types else {
      leftOut += 1
      return
    }
    types[type, default: TypeStatistics()]
      .add(observation, after: preceding, retrying: failure, limits)
    if let preceding, types[preceding] != nil {
      sequences.add(SequenceFigures.Pair(first: preceding, second: type), on: observation.day)
    }
  }

  mutating func merge(_ other: HistoryStatistics) {
    for (type, statistics) in other.types.sorted(by: { $0.key < $1.key }) {
      if types[type] != nil || types.count < Self.mostTypes {
        types[type, default: TypeStatistics()].merge(statistics)
      } else {
        leftOut += statistics.all.executions
      }
    }
    sequences.merge(other.sequences)
    leftOut += other.leftOut
  }

  /// Keeps no more than the limits allow: of types the most frequent.
  mutating func trim(to limits: StatisticsLimits) {
    let rarest = types.sorted { a, b in
      (a.value.all.executions, ExactText(b.key)) < (b.value.all.executions, ExactText(a.key))
    }
    for (type, statistics) in rarest.prefix(max(types.count - limits.types, 0)) {
      types[type] = nil
      sequences.remove(type)
      leftOut += statistics.all.executions
    }
    for type in types.keys { types[type]?.trim(to: limits) }
  }

  /// How many values lost their place.
  var valuesLeftOut: Int64 { types.values.reduce(0) { $0 + $1.valuesLeftOut } }

  var footprint: Int {
    types.reduce(types.bufferFootprint + sequences.footprint) {
      $0 + $1.key.footprint + $1.value.footprint
    }
  }

  /// The statistics of one type alone.
  func only(_ type: String) -> HistoryStatistics {
    var statistics = HistoryStatistics()
    statistics.types[type] = types[type]
    return statistics
  }
}

extension HistoryStatistics: ByteCoded {
  func write(to bytes: inout [UInt8]) {
    bytes.append(variableLength: UInt64(types.count))
    for (type, statistics) in types.sorted(by: { ExactText($0.key) < ExactText($1.key) }) {
      type.write(to: &bytes)
      statistics.write(to: &bytes)
    }
    sequences.write(to: &bytes)
    leftOut.write(to: &bytes)
  }

  init(from reader: inout VariableLengthReader) throws(MalformedBytes) {
    let count = try reader.count()
    guard count <= Self.mostTypes else { throw MalformedBytes() }
    for _ in 0..<count {
      let type = try reader.text()
      types[type] = try TypeStatistics(from: &reader)
    }
    sequences = try SequenceFigures(from: &reader)
    leftOut = try Int64(from: &reader)
  }
}
