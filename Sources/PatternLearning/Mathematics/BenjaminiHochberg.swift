/// The step-up procedure of Benjamini and Hochberg (1995), "Controlling the false discovery rate".
enum BenjaminiHochberg {
  /// For each p-value, given by its logarithm, the least false discovery rate at which it is a
  /// discovery.
  ///
  /// - Parameters:
  ///   - lnP: the p-values, or those of them that count when they are discovered.
  ///   - tried: how many there were in all. Those that are not given are as if they were 1.
  static func qValues(lnP: [Double], tried: Int) -> [Double] {
    let order = lnP.indices.sorted { lnP[$0] < lnP[$1] }
    var qValues = [Double](repeating: 1, count: lnP.count)
    var least = 1.0
    for (place, index) in order.enumerated().reversed() {
      least = min(least, exponential(lnP[index]) * Double(tried) / Double(place + 1))
      qValues[index] = least
    }
    return qValues
  }
}
