import JSON
import ProtobufMessages
import TextEncoding

extension MessageParser {
  /// Reads the content of a message that has a form of its own.
  mutating func wellKnown(
    _ type: WellKnownType, _ token: JSONTokens.Token, _ declaration: MessageDescriptor
  ) throws(FieldError) {
    switch type {
    case .timestamp:
      guard let instant = RFC3339.instant(try string(token)) else {
        throw FieldError(
          "must be a date and time of RFC 3339 in the years 1 to 9999, such as "
            + "2026-05-01T12:30:00.25Z")
      }
      write(SecondsAndNanos(seconds: instant.seconds, nanos: instant.nanoseconds))
    case .duration:
      guard let duration = duration(try string(token)) else {
        throw FieldError("must be seconds with an s, such as 1.5s, at most 315576000000s")
      }
      write(duration)
    case .fieldMask:
      for path in try string(token).split(separator: ",", omittingEmptySubsequences: true) {
        guard isPath(String(path)) else {
          throw FieldError("must be paths of fields with commas between, such as status,endTime")
        }
        wire.key(1, .lengthDelimited)
        wire.lengthDelimited(snakeCase(String(path)).utf8)
      }
    default:
      try write(token, 1, declaration.fields[0].kind, hasPresence: false)
    }
  }

  private mutating func write(_ time: SecondsAndNanos) {
    if time.seconds != 0 {
      wire.key(1, .varint)
      wire.varint(UInt64(bitPattern: time.seconds))
    }
    if time.nanos != 0 {
      wire.key(2, .varint)
      wire.varint(UInt64(bitPattern: Int64(time.nanos)))
    }
  }

  /// The duration that a text says: seconds, with up to 9 digits of a fraction, and an `s`.
  private func duration(_ text: String) -> SecondsAndNanos? {
    guard text.utf8.last == UInt8(ascii: "s") else { return nil }
    let isNegative = text.utf8.first == UInt8(ascii: "-")
    let parts = text.dropLast().dropFirst(isNegative ? 1 : 0)
      .split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    let isDigits = parts.allSatisfy { part in
      !part.isEmpty && part.utf8.allSatisfy { 0x30...0x39 ~= $0 }
    }
    let fraction = parts.count == 2 ? parts[1] : "0"
    guard isDigits, fraction.utf8.count <= 9, let seconds = Int64(parts[0]),
      let nanos = Int32(fraction + String(repeating: "0", count: 9 - fraction.utf8.count)),
      seconds < SecondsAndNanos.longestDuration
        || seconds == SecondsAndNanos.longestDuration && nanos == 0
    else { return nil }
    return SecondsAndNanos(
      seconds: isNegative ? -seconds : seconds, nanos: isNegative ? -nanos : nanos)
  }
}
