/// Executions in four cells: whether they meet a condition, and whether they have an outcome.
struct ContingencyTable: Equatable {
  /// How many meet the condition and have the outcome.
  var both: Int64 = 0
  /// How many meet the condition.
  var condition: Int64 = 0
  /// How many have the outcome.
  var outcome: Int64 = 0
  /// How many there are.
  var total: Int64 = 0

  /// Adds executions that are alike in both.
  mutating func add(_ executions: Int64 = 1, condition meets: Bool, outcome has: Bool) {
    if meets && has { both += executions }
    if meets { condition += executions }
    if has { outcome += executions }
    total += executions
  }

  /// The share of those with the condition that have the outcome.
  var rate: Double { condition > 0 ? Double(both) / Double(condition) : 0 }

  /// The same share of the others.
  var restRate: Double {
    total > condition ? Double(outcome - both) / Double(total - condition) : 0
  }

  /// Whether there are such executions: figures that were read from bytes may contradict each
  /// other.
  var isConsistent: Bool {
    min(condition, outcome) >= 0 && max(condition, outcome) <= total
      && (max(0, condition + outcome - total)...min(condition, outcome)).contains(both)
  }

  /// The same executions, looked at for not having the outcome.
  var complement: ContingencyTable {
    ContingencyTable(
      both: condition - both, condition: condition, outcome: total - outcome, total: total)
  }
}

/// Fisher's exact test (Fisher 1922, 1935): how probable it is that so many with a condition have
/// an outcome, or more, where the two have nothing to do with each other.
enum FisherExactTest {
  /// The logarithm of the upper tail of the hypergeometric distribution from `table.both` on.
  ///
  /// The sum begins at the largest term and goes on, each from the one before, until what is left
  /// is below the precision of a `Double`: the time grows with the standard deviation alone.
  static func lnUpperTail(_ table: ContingencyTable) -> Double {
    let lowest = max(0, table.condition + table.outcome - table.total)
    if table.both <= lowest { return 0 }
    let mean = Double(table.condition) * Double(table.outcome) / Double(table.total)
    if Double(table.both) > mean { return lnSum(table, from: table.both, by: 1) }
    return lnOneMinusExponential(min(lnSum(table, from: table.both - 1, by: -1), -1e-16))
  }

  /// The logarithm of the sum of the terms from `start`, away from the mean.
  private static func lnSum(_ table: ContingencyTable, from start: Int64, by step: Int64) -> Double
  {
    let (n, k, total) = (table.condition, table.outcome, table.total)
    let others = total - k - n
    var x = start
    var term = 1.0
    var sum = 1.0
    while term > sum * 1e-17 {
      let up = x + (step > 0 ? 0 : -1)
      let gain = Double(k - up) * Double(n - up)
      let loss = Double(up + 1) * Double(others + up + 1)
      term *= step > 0 ? gain / loss : loss / gain
      sum += term
      x += step
    }
    let first = lnChoose(k, start) + lnChoose(total - k, n - start) - lnChoose(total, n)
    return first + ln(sum)
  }
}
