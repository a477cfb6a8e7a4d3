/// What a request begins with.
///
/// Whoever is handed one and keeps nothing of it leaves its memory to the next.
public struct HTTP2RequestHead: Equatable, Sendable {
  /// `:method`, as its bytes.
  public internal(set) var methodBytes: [UInt8] = []
  /// `:path`, as its bytes; not empty, but it need not begin with a slash.
  public internal(set) var pathBytes: [UInt8] = []
  var schemeBytes: [UInt8] = []
  var authorityBytes: [UInt8] = []
  var block = FieldBlock()
  /// How many bytes the body has, where that is said (`content-length`).
  var bodyLength: Int?

  init() {}

  /// `:method`.
  public var method: String { String(decoding: methodBytes, as: UTF8.self) }
  /// `:scheme`.
  public var scheme: String { String(decoding: schemeBytes, as: UTF8.self) }
  /// `:authority`, or where there is none, `host`.
  public var authority: String { String(decoding: authorityBytes, as: UTF8.self) }
  /// `:path`.
  public var path: String { String(decoding: pathBytes, as: UTF8.self) }
  /// The other fields, in their order.
  public var fields: [HTTP2Field] { block.fields }
  /// Whether the fields were more, or larger, than the limit: some are missing then, but neither `:method`
  /// nor `content-type`, unless these are.
  public var isTooLarge: Bool { block.isTooLarge }

  /// Hands over each of the other fields as its bytes, in their order.
  public func forEachField(_ body: (_ name: Span<UInt8>, _ value: Span<UInt8>) -> Void) {
    block.forEach(body)
  }

  mutating func removeAll() {
    methodBytes.removeAll(keepingCapacity: true)
    pathBytes.removeAll(keepingCapacity: true)
    schemeBytes.removeAll(keepingCapacity: true)
    authorityBytes.removeAll(keepingCapacity: true)
    bodyLength = nil
    block.removeAll()
  }
}
