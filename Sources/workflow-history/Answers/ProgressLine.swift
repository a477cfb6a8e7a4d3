import Foundation

/// A line on standard error that tells how far long work has come, where that is a terminal.
final class ProgressLine {
  private let isShown = isatty(STDERR_FILENO) == 1
  private let began = ContinuousClock.now
  private var last: ContinuousClock.Instant?

  /// For how long the work has gone on.
  var elapsed: Duration { .now - began }

  /// Shows how far it has come: five times a second at most.
  ///
  /// - Parameters:
  ///   - count: how many executions are done.
  ///   - fraction: which part of the work that is, where it is known.
  func show(_ count: Int64, fraction: Double?) {
    guard isShown, last.map({ .now - $0 > .milliseconds(200) }) ?? true else { return }
    last = .now
    let seconds = elapsed / .seconds(1)
    var text =
      "\(grouped(count)) executions, \(grouped(Int64(Double(count) / max(seconds, 0.001))))/s"
    if let fraction, fraction > 0 {
      text = "\(Int(fraction * 100))%  \(text)"
      if fraction < 1, seconds > 1 {
        text += ", \(spelled(seconds: seconds * (1 / fraction - 1))) left"
      }
    }
    write("\r\(text)\u{1B}[K")
  }

  /// Takes the line away, for others to write.
  func clear() {
    guard isShown, last != nil else { return }
    last = nil
    write("\r\u{1B}[K")
  }

  private func write(_ text: String) { FileHandle.standardError.write(Data(text.utf8)) }
}

/// A number with its thousands apart: `1,234,567`.
func grouped(_ number: Int64) -> String {
  let digits = String(number.magnitude)
  var text = ""
  for (index, digit) in digits.enumerated() {
    if index > 0, (digits.count - index) % 3 == 0 { text.append(",") }
    text.append(digit)
  }
  return (number < 0 ? "-" : "") + text
}
