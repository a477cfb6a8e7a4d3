/// What was thrown, as an execution keeps it: the type, and what the error says of itself.
func errorText(_ error: any Error, limit: Int) -> String {
  let text =
    error is CancellationError
    ? "CancellationError: the task was cancelled" : "\(type(of: error)): \(error)"
  return truncated(text, to: limit)
}

/// The text without NUL, which a server refuses, in at most so many bytes of UTF-8. Of a longer one the
/// beginning is kept and, rather, the end.
func truncated(_ text: String, to limit: Int) -> String {
  let bytes =
    text.utf8.contains(0)
    ? text.unicodeScalars.flatMap { Array(($0 == "\0" ? "\u{FFFD}" : String($0)).utf8) }
    : Array(text.utf8)
  guard bytes.count > limit else { return String(decoding: bytes, as: UTF8.self) }
  func gap(_ count: Int) -> String { "\n... \(count) bytes left out ...\n" }
  // The gap is as long as it can be.
  let room = limit - gap(bytes.count).utf8.count
  let begin = bytes[..<boundary(in: bytes, at: room / 4, step: -1)]
  let end = bytes[boundary(in: bytes, at: bytes.count - (room - room / 4), step: 1)...]
  let left = gap(bytes.count - begin.count - end.count)
  return String(decoding: begin, as: UTF8.self) + left + String(decoding: end, as: UTF8.self)
}

/// The nearest place, in steps from this one, that lies between two characters.
private func boundary(in bytes: [UInt8], at place: Int, step: Int) -> Int {
  var place = place
  while bytes.indices.contains(place), bytes[place] & 0b1100_0000 == 0b1000_0000 { place += step }
  return place
}
