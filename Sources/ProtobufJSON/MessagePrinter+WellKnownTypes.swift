import ProtobufMessages
import TextEncoding

extension MessagePrinter {
  /// Writes a message that has a form of its own.
  mutating func wellKnown(
    _ type: WellKnownType, _ wire: [UInt8], _ range: Range<Int>, as declaration: MessageDescriptor
  ) throws(FieldError) {
    switch type {
    case .timestamp:
      let time = try SecondsAndNanos(wire, range)
      guard RFC3339.representable.contains(time.seconds), 0...999_999_999 ~= time.nanos else {
        throw FieldError("must lie in the years 1 to 9999")
      }
      output.append(UInt8(ascii: "\""))
      RFC3339.append(seconds: time.seconds, nanoseconds: time.nanos, to: &output)
      output.append(UInt8(ascii: "\""))
    case .duration:
      guard let text = try SecondsAndNanos(wire, range).durationText else {
        throw FieldError("is no duration of at most 10,000 years")
      }
      quoted(text.utf8)
    case .fieldMask: try fieldMask(wire, range)
    default:
      let kind = declaration.fields[0].kind
      var content: Range<Int>?
      var reader = WireReader(range)
      while !reader.isAtEnd {
        let key = try reader.key(wire.span)
        let value = try reader.value(wire.span, key.type)
        if key.number == 1, key.type == kind.wireType { content = value }
      }
      if let content { try value(wire, content, of: kind) } else { writeDefault(of: kind) }
    }
  }

  private mutating func fieldMask(_ wire: [UInt8], _ range: Range<Int>) throws(FieldError) {
    var paths: [String] = []
    var reader = WireReader(range)
    while !reader.isAtEnd {
      let key = try reader.key(wire.span)
      let content = try reader.value(wire.span, key.type)
      guard key.number == 1, key.type == .lengthDelimited else { continue }
      let path = String(decoding: wire[content], as: UTF8.self)
      // What camel case can't say would come back as another path.
      guard snakeCase(lowerCamelCase(path)) == path, isPath(path) else {
        throw FieldError("has a path that JSON can't spell")
      }
      paths.append(lowerCamelCase(path))
    }
    quoted(paths.joined(separator: ",").utf8)
  }
}

/// What `google.protobuf.Timestamp` and `Duration` hold.
struct SecondsAndNanos {
  /// 10,000 years, as duration.proto has it.
  static let longestDuration: Int64 = 315_576_000_000

  var seconds: Int64 = 0
  var nanos: Int32 = 0

  init(seconds: Int64, nanos: Int32) {
    self.seconds = seconds
    self.nanos = nanos
  }

  /// The text of a duration, such as `-1.500s`. Nil where it is longer than any may be, or its parts have
  /// two signs.
  var durationText: String? {
    guard (-Self.longestDuration...Self.longestDuration).contains(seconds),
      -999_999_999...999_999_999 ~= nanos,
      seconds == 0 || nanos == 0 || (seconds < 0) == (nanos < 0)
    else { return nil }
    let sign = seconds < 0 || nanos < 0 ? "-" : ""
    return "\(sign)\(abs(seconds))\(RFC3339.fraction(nanoseconds: abs(nanos)))s"
  }

  init(_ wire: [UInt8], _ range: Range<Int>) throws(FieldError) {
    var reader = WireReader(range)
    while !reader.isAtEnd {
      let key = try reader.key(wire.span)
      guard key.type == .varint, 1...2 ~= key.number else {
        _ = try reader.value(wire.span, key.type)
        continue
      }
      let value = try reader.varint(wire.span)
      if key.number == 1 { seconds = Int64(bitPattern: value) }
      if key.number == 2 { nanos = Int32(truncatingIfNeeded: value) }
    }
  }
}

/// A path of a field mask with its names as a proto has them: `startTime` is `start_time`.
func snakeCase(_ path: String) -> String {
  var result: [UInt8] = []
  for byte in path.utf8 {
    if (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) {
      result += [UInt8(ascii: "_"), byte | 0x20]
    } else {
      result.append(byte)
    }
  }
  return String(decoding: result, as: UTF8.self)
}

/// Whether a text has only what paths of field masks are made of.
func isPath(_ text: String) -> Bool {
  text.utf8.allSatisfy { byte in
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "."):
      true
    default: false
    }
  }
}
