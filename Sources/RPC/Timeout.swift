/// `grpc-timeout` (gRPC over HTTP/2, "Requests"): 1 to 8 digits and a unit of H, M, S, m, u or n.
enum Timeout {
  /// - Returns: nil where the text is not a timeout.
  static func parse(_ text: Span<UInt8>) -> Duration? {
    let digits = text.count - 1
    guard (1...8).contains(digits) else { return nil }
    var number: Int64 = 0
    for index in 0..<digits {
      guard (0x30...0x39).contains(text[index]) else { return nil }
      number = number * 10 + Int64(text[index] - 0x30)
    }
    switch text[digits] {
    case UInt8(ascii: "H"): return .seconds(number * 3600)
    case UInt8(ascii: "M"): return .seconds(number * 60)
    case UInt8(ascii: "S"): return .seconds(number)
    case UInt8(ascii: "m"): return .milliseconds(number)
    case UInt8(ascii: "u"): return .microseconds(number)
    case UInt8(ascii: "n"): return .nanoseconds(number)
    default: return nil
    }
  }

  /// The timeout in the finest unit that 8 digits hold, rounded up.
  static func format(_ timeout: Duration) -> String {
    let (seconds, attoseconds) = max(timeout, .zero).components
    let nanoseconds =
      Int64(clamping: seconds).multipliedReportingOverflow(by: 1_000_000_000).overflow
      ? Int64.max : seconds * 1_000_000_000 + (attoseconds + 999_999_999) / 1_000_000_000
    for (unit, size) in [("n", 1), ("u", 1000), ("m", 1_000_000), ("S", 1_000_000_000)] {
      let size = Int64(size)
      let number = nanoseconds / size + (nanoseconds % size > 0 ? 1 : 0)
      if number < 100_000_000 { return "\(number)\(unit)" }
    }
    return "\(min(seconds / 3600 + 1, 99_999_999))H"
  }
}
