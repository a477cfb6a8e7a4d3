internal import WorkflowHistory

/// Executions parted by some conditions, into cells none of which is small.
///
/// Each cell says which conditions it asks for: where executions that meet one are too few to be
/// told from the others, they stay together with them.
struct ConditionPartition<Content: ByteCoded & Equatable & Sendable>: Equatable, Sendable {
  struct Cell: Equatable, Sendable {
    /// Which of the conditions it asks for, and which of those its executions meet: a bit each.
    var asked: UInt8 = 0
    var met: UInt8 = 0
    let content: Content
  }

  private(set) var conditions: [Condition]
  private(set) var cells: [Cell]

  /// How many conditions part executions: the strongest.
  static var mostConditions: Int { 8 }
  /// How many cells there are.
  static var mostCells: Int { 12 }

  /// All executions in one cell.
  init(_ content: Content) {
    conditions = []
    cells = [Cell(content: content)]
  }

  /// Parts rows by one of the first conditions after the other, wherever there are `leastRows` on
  /// both sides: from the rarest on, for what is left of a rare one in the cells of others would
  /// seldom be enough.
  init<Row>(
    _ rows: [Row], by conditions: [Condition], leastRows: Int,
    where test: (Condition) -> (Row) -> Bool, content: ([Row]) -> Content
  ) {
    var parts = [(asked: UInt8(0), met: UInt8(0), rows: rows)]
    self.conditions = conditions.prefix(Self.mostConditions)
      .map { condition in (condition, count: rows.count(where: test(condition))) }
      .sorted { $0.count < $1.count }.map(\.0)
    for (place, condition) in self.conditions.enumerated() {
      let bit = UInt8(1) << UInt8(place)
      let isMet = test(condition)
      for index in parts.indices where parts.count < Self.mostCells {
        let part = parts[index]
        let met = part.rows.filter(isMet)
        let others = part.rows.filter { !isMet($0) }
        guard min(met.count, others.count) >= leastRows else { continue }
        parts[index] = (part.asked | bit, part.met, others)
        parts.append((part.asked | bit, part.met | bit, met))
      }
    }
    cells = parts.map { Cell(asked: $0.asked, met: $0.met, content: content($0.rows)) }
  }

  /// The cell of what meets these conditions. Nil where there is none, as bytes may have it.
  func cell(where isMet: (Condition) -> Bool) -> Cell? {
    var met: UInt8 = 0
    for (place, condition) in conditions.enumerated() where isMet(condition) {
      met |= 1 << UInt8(place)
    }
    return cells.first { $0.asked & met == $0.met }
  }

  /// The conditions that a cell asks for, and whether its executions meet them.
  func conditions(of cell: Cell) -> [(condition: Condition, isMet: Bool)] {
    conditions.enumerated().compactMap { place, condition in
      let bit = UInt8(1) << UInt8(place)
      return cell.asked & bit == 0 ? nil : (condition, cell.met & bit != 0)
    }
  }
}

extension ConditionPartition: ByteCoded {
  func write(to bytes: inout [UInt8]) {
    bytes.append(variableLength: UInt64(conditions.count))
    for condition in conditions { condition.writeKnownAtStart(to: &bytes) }
    bytes.append(variableLength: UInt64(cells.count))
    for cell in cells {
      bytes.append(cell.asked)
      bytes.append(cell.met)
      cell.content.write(to: &bytes)
    }
  }

  init(from reader: inout VariableLengthReader) throws(MalformedBytes) {
    conditions = []
    cells = []
    for _ in 0..<(try reader.number()) {
      guard conditions.count < Self.mostConditions else { throw MalformedBytes() }
      conditions.append(try Condition(knownAtStart: &reader))
    }
    for _ in 0..<(try reader.number()) {
      guard cells.count < Self.mostCells else { throw MalformedBytes() }
      let asked = try reader.byte()
      let met = try reader.byte()
      cells.append(Cell(asked: asked, met: met, content: try Content(from: &reader)))
    }
  }
}

extension Condition {
  /// Whether it is known of an execution before it starts: what its input holds, and when it is.
  var isKnownAtStart: Bool {
    switch self {
    case .hour, .weekday, .input: true
    case .preceding, .retry, .since: false
    }
  }

  /// Writes one that ``isKnownAtStart``.
  fileprivate func writeKnownAtStart(to bytes: inout [UInt8]) {
    switch self {
    case .hour(let hour): bytes += [1, hour]
    case .weekday(let weekday): bytes += [2, weekday]
    case .input(let field):
      bytes.append(3)
      field.path.write(to: &bytes)
      field.value.write(to: &bytes)
    case .preceding, .retry, .since: preconditionFailure("it is not known at the start")
    }
  }

  fileprivate init(knownAtStart reader: inout VariableLengthReader) throws(MalformedBytes) {
    switch try reader.byte() {
    case 1: self = .hour(try reader.byte())
    case 2: self = .weekday(try reader.byte())
    case 3: self = .input(InputField(path: try reader.text(), value: try InputValue(from: &reader)))
    default: throw MalformedBytes()
    }
  }
}
