internal import CNghttp2

/// Fields that are sent again and again, made once in the form in which nghttp2 takes them.
///
/// Their memory is never given back, as nghttp2 reads it when they are sent and not when they are
/// handed over: so they are for constants.
///
/// `@unchecked Sendable`: nothing of it ever changes.
public final class PreparedFields: @unchecked Sendable {
  let list: UnsafeBufferPointer<nghttp2_nv>

  /// Prepares these fields.
  public init(_ fields: [HTTP2Field]) {
    let list = UnsafeMutableBufferPointer<nghttp2_nv>.allocate(capacity: fields.count)
    for (index, field) in fields.enumerated() {
      let name = Self.copy(field.name)
      let value = Self.copy(field.value)
      list.initializeElement(
        at: index,
        to: nghttp2_nv(
          name: name.baseAddress, value: value.baseAddress, namelen: name.count,
          valuelen: value.count,
          flags: UInt8(
            NGHTTP2_NV_FLAG_NO_COPY_NAME.rawValue | NGHTTP2_NV_FLAG_NO_COPY_VALUE.rawValue)))
    }
    self.list = UnsafeBufferPointer(list)
  }

  /// No fields.
  public static let none = PreparedFields([])

  private static func copy(_ text: String) -> UnsafeMutableBufferPointer<UInt8> {
    let bytes = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: text.utf8.count)
    _ = bytes.initialize(fromContentsOf: text.utf8)
    return bytes
  }
}
