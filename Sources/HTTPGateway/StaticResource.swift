internal import Compression
public import RPC

/// A resource that stays as it is for as long as the server runs. It is compressed once.
public struct StaticResource: Sendable {
  private let plain: HTTPResource
  private let gzipped: HTTPResource

  /// A resource; see ``HTTPResource``.
  ///
  /// - Parameter digest: What tells this state of it from its others, without quotes. Each of its forms has a
  ///   tag of its own (RFC 9110, section 8.8.3.3).
  public init(contentType: String, fields: [RPCField] = [], body: [UInt8], digest: String) {
    let fields = fields + [RPCField("vary", "accept-encoding")]
    plain = HTTPResource(
      contentType: contentType, fields: fields, body: body, entityTag: "\"\(digest)\"")
    gzipped = HTTPResource(
      contentType: contentType, fields: fields + [RPCField("content-encoding", "gzip")],
      body: GzipCompressor().compress(body), entityTag: "\"\(digest)-gzip\"")
  }

  /// The form that a caller takes.
  public func form(for head: HTTPHead) -> HTTPResource {
    GzipUse(head.metadata) == .never ? plain : gzipped
  }
}
