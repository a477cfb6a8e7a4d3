internal import CHTTPParser

/// The head of an answer, as it is sent.
struct ResponseHead {
  private var lines: [UInt8]

  init(status: Int) {
    let reason = String(cString: http_status_str(http_status(UInt32(status))))
    lines = Array("HTTP/1.1 \(status) \(reason)\r\n".utf8)
  }

  /// Adds a field. A control character, by which the value would end and something else begin, is sent
  /// as a space.
  mutating func add(_ name: String, _ value: String) {
    lines += name.utf8
    lines += ": ".utf8
    lines += value.utf8.lazy.map { $0 < 0x20 || $0 == 0x7F ? 0x20 : $0 }
    lines += [0x0D, 0x0A]
  }

  /// With the empty line at its end.
  var bytes: [UInt8] { lines + [0x0D, 0x0A] }
}
