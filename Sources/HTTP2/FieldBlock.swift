/// The fields of a header block, as they come: their bytes one after another, in one piece of
/// memory that the next block can have.
struct FieldBlock: Equatable, Sendable {
  private struct Field: Equatable {
    /// Where its value begins, and where it ends; its name begins where the last field ends.
    var valueStart: Int
    var end: Int
  }

  private var storage: [UInt8] = []
  private var ends: [Field] = []
  private var bytes = 0
  /// Whether the fields were more, or larger, than the limit: some are missing then.
  private(set) var isTooLarge = false

  /// How many fields there are.
  var count: Int { ends.count }

  mutating func removeAll() {
    storage.removeAll(keepingCapacity: true)
    ends.removeAll(keepingCapacity: true)
    bytes = 0
    isTooLarge = false
  }

  /// Counts a field against the limits, and returns whether there is room for it.
  mutating func admits(
    name: UnsafeBufferPointer<UInt8>, value: UnsafeBufferPointer<UInt8>, _ limits: HTTP2Settings
  ) -> Bool {
    bytes += name.count + value.count + 32
    if bytes > limits.maxFieldBytes || count >= limits.maxFields { isTooLarge = true }
    return !isTooLarge
  }

  /// Takes the next field.
  mutating func add(name: UnsafeBufferPointer<UInt8>, value: UnsafeBufferPointer<UInt8>) {
    storage.append(contentsOf: name)
    let valueStart = storage.count
    storage.append(contentsOf: value)
    ends.append(Field(valueStart: valueStart, end: storage.count))
  }

  /// Hands over each field, its name and its value.
  func forEach(_ body: (_ name: Span<UInt8>, _ value: Span<UInt8>) -> Void) {
    let storage = storage.span
    var start = 0
    for field in ends {
      body(
        storage.extracting(start..<field.valueStart),
        storage.extracting(field.valueStart..<field.end))
      start = field.end
    }
  }

  /// The fields as texts. Bytes outside of UTF-8 are replaced.
  var fields: [HTTP2Field] {
    var start = 0
    return ends.map { field in
      defer { start = field.end }
      return HTTP2Field(
        String(decoding: storage[start..<field.valueStart], as: UTF8.self),
        String(decoding: storage[field.valueStart..<field.end], as: UTF8.self))
    }
  }

  /// Whether an answer itself is still to come (RFC 9110, section 15.2).
  var isInformational: Bool {
    fields.first.map { $0.name == ":status" && $0.value.hasPrefix("1") } ?? false
  }
}
