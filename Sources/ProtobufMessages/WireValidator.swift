import CProtobufC

/// The check that wire bytes go through before protobuf-c unpacks them.
///
/// protobuf-c checks no UTF-8, ends strings at a NUL, and bounds neither depth nor count.
struct WireValidator {
  /// How deep messages may lie in each other, the outermost counted.
  static let greatestDepth = 32
  /// How many fields and elements of packed fields a message may have, all levels together.
  ///
  /// With it, an unpacked message takes at most the bytes of its wire form, and 64 bytes and the
  /// largest struct among its descriptors for each field.
  static let greatestFieldCount = 100_000

  /// Whether some message's field, not repeated, occurs more than once: to be merged.
  private(set) var hasMessagesToMerge = false
  private var fieldsLeft = greatestFieldCount

  /// Checks one message, and those in it.
  mutating func check(
    _ bytes: Span<UInt8>, _ range: Range<Int>,
    as descriptor: UnsafePointer<ProtobufCMessageDescriptor>, depth: Int = 1
  ) throws(FieldError) {
    guard depth <= WireValidator.greatestDepth else {
      throw FieldError("is nested deeper than \(WireValidator.greatestDepth) messages")
    }
    var reader = WireReader(range)
    // One bit for each message field met, by its index in the descriptor.
    var met: UInt64 = 0
    while !reader.isAtEnd {
      let start = reader.offset
      let key = try reader.key(bytes)
      try count(1)
      guard let field = protobuf_c_message_descriptor_get_field(descriptor, key.number) else {
        _ = try reader.value(bytes, key.type)
        continue
      }
      do throws(FieldError) {
        try checkField(bytes, &reader, key, field, depth: depth)
      } catch {
        throw error.within(
          WireValidator.component(bytes, range.lowerBound..<start, field))
      }
      if field.isSingularMessage {
        let bit: UInt64 = 1 << UInt64(descriptor.pointee.fields.distance(to: field))
        // A shift past the width gives no bit: such a field is always merged.
        if met & bit != 0 || bit == 0 { hasMessagesToMerge = true }
        met |= bit
      }
    }
  }

  private mutating func checkField(
    _ bytes: Span<UInt8>, _ reader: inout WireReader, _ key: WireKey,
    _ field: UnsafePointer<ProtobufCFieldDescriptor>, depth: Int
  ) throws(FieldError) {
    let expected = WireType(of: field.pointee.type)
    if key.type != expected {
      guard key.type == .lengthDelimited, field.pointee.label == PROTOBUF_C_LABEL_REPEATED else {
        throw FieldError("has another wire type than its declaration says")
      }
      try checkPacked(bytes, try reader.value(bytes, .lengthDelimited), expected)
      return
    }
    let content = try reader.value(bytes, key.type)
    switch field.pointee.type {
    case PROTOBUF_C_TYPE_STRING: try checkString(bytes, content)
    case PROTOBUF_C_TYPE_MESSAGE:
      let inner = field.pointee.descriptor.assumingMemoryBound(to: ProtobufCMessageDescriptor.self)
      try check(bytes, content, as: inner, depth: depth + 1)
    default: break
    }
  }

  private mutating func checkPacked(_ bytes: Span<UInt8>, _ range: Range<Int>, _ type: WireType)
    throws(FieldError)
  {
    var elements = WireReader(range)
    while !elements.isAtEnd {
      try count(1)
      _ = try elements.value(bytes, type)
    }
  }

  private func checkString(_ bytes: Span<UInt8>, _ range: Range<Int>) throws(FieldError) {
    let text = bytes.extracting(range)
    do { _ = try UTF8Span(validating: text) } catch { throw FieldError("is not valid UTF-8") }
    if text.containsZero { throw FieldError("has a NUL character (U+0000)") }
  }

  private mutating func count(_ fields: Int) throws(FieldError) {
    fieldsLeft -= fields
    guard fieldsLeft >= 0 else {
      throw FieldError("has more than \(WireValidator.greatestFieldCount) fields and elements")
    }
  }

  /// The field's name, and of a repeated one the index: how often it occurs in `before`.
  private static func component(
    _ bytes: Span<UInt8>, _ before: Range<Int>, _ field: UnsafePointer<ProtobufCFieldDescriptor>
  ) -> String {
    let name = String(cString: field.pointee.name)
    // Elements of repeated scalars may come packed, many at a time.
    guard field.pointee.label == PROTOBUF_C_LABEL_REPEATED,
      WireType(of: field.pointee.type) == .lengthDelimited
    else { return name }
    var index = 0
    var reader = WireReader(before)
    while !reader.isAtEnd, let key = try? reader.key(bytes) {
      if key.number == field.pointee.id { index += 1 }
      guard (try? reader.value(bytes, key.type)) != nil else { break }
    }
    return "\(name)[\(index)]"
  }
}

extension WireType {
  /// How a value of this type lies on the wire when it is not packed.
  init(of type: ProtobufCType) {
    switch type {
    case PROTOBUF_C_TYPE_STRING, PROTOBUF_C_TYPE_BYTES, PROTOBUF_C_TYPE_MESSAGE:
      self = .lengthDelimited
    case PROTOBUF_C_TYPE_FIXED64, PROTOBUF_C_TYPE_SFIXED64, PROTOBUF_C_TYPE_DOUBLE:
      self = .fixed64
    case PROTOBUF_C_TYPE_FIXED32, PROTOBUF_C_TYPE_SFIXED32, PROTOBUF_C_TYPE_FLOAT:
      self = .fixed32
    default: self = .varint
    }
  }
}

extension UnsafePointer<ProtobufCFieldDescriptor> {
  /// Whether the field holds one message at most.
  var isSingularMessage: Bool {
    pointee.type == PROTOBUF_C_TYPE_MESSAGE && pointee.label != PROTOBUF_C_LABEL_REPEATED
  }
}

extension Span<UInt8> {
  /// Whether a byte is 0, looked for eight bytes at a time.
  fileprivate var containsZero: Bool {
    let ones: UInt64 = 0x0101_0101_0101_0101
    let words = count & ~7
    var offset = 0
    while offset < words {
      let word = bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: offset, as: UInt64.self)
      // A byte's high bit comes out set only where the byte, or one below it, is 0.
      if (word &- ones) & ~word & (ones << 7) != 0 { return true }
      offset += 8
    }
    while offset < count {
      if self[offset] == 0 { return true }
      offset += 1
    }
    return false
  }
}
