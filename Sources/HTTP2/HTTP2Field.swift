/// One header or trailer field. Names are lowercase (RFC 9113, section 8.2).
public struct HTTP2Field: Hashable, Sendable {
  /// The name, lowercase; of a pseudo-header field with its colon.
  public var name: String
  /// The value. Bytes outside of UTF-8 were replaced.
  public var value: String

  /// A field.
  public init(_ name: String, _ value: String) {
    self.name = name
    self.value = value
  }
}

/// The fields of an answer's header block, as they come.
struct FieldBlock {
  private(set) var fields: [HTTP2Field] = []
  /// Whether the fields were more, or larger, than the limit: some are missing then.
  private(set) var isTooLarge = false
  private var bytes = 0

  /// Takes the next field.
  mutating func add(
    name: UnsafeBufferPointer<UInt8>, value: UnsafeBufferPointer<UInt8>, _ limits: HTTP2Settings
  ) {
    bytes += name.count + value.count + 32
    guard bytes <= limits.maxFieldBytes, fields.count < limits.maxFields else {
      isTooLarge = true
      return
    }
    fields.append(
      HTTP2Field(String(decoding: name, as: UTF8.self), String(decoding: value, as: UTF8.self)))
  }

  /// Whether the answer itself is still to come (RFC 9110, section 15.2).
  var isInformational: Bool {
    fields.first.map { $0.name == ":status" && $0.value.hasPrefix("1") } ?? false
  }
}

/// What a request begins with.
public struct HTTP2RequestHead: Equatable, Sendable {
  /// `:method`.
  public var method = ""
  /// `:scheme`.
  public var scheme = ""
  /// `:authority`, or where there is none, `host`.
  public var authority = ""
  /// `:path`, which is not empty, but need not begin with a slash.
  public var path = ""
  /// The other fields, in their order.
  public var fields: [HTTP2Field] = []
  /// Whether the fields were more, or larger, than the limit: some are missing then.
  public var isTooLarge = false

  init() {}
}
