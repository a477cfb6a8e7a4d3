/// The name that is spelled most like this one, of those that are known.
func nearest(to name: String, of known: [String]) -> String? {
  known.min { distance(name, $0) < distance(name, $1) }
}

/// How many characters have to be put in, taken out or changed to make one text of the other (Levenshtein's
/// distance).
private func distance(_ a: String, _ b: String) -> Int {
  let b = Array(b.utf8)
  var last = Array(0...b.count)
  for (row, byte) in zip(1..., a.utf8) {
    var next = [row]
    for (column, other) in b.enumerated() {
      next.append(
        min(last[column] + (byte == other ? 0 : 1), last[column + 1] + 1, next[column] + 1))
    }
    last = next
  }
  return last[b.count]
}
