internal import HTTP2
internal import RPC

/// The fields that begin and end an answer.
enum ResponseHead {
  private static let base = [
    HTTP2Field(":status", "200"), HTTP2Field("content-type", "application/grpc+proto"),
    HTTP2Field("grpc-accept-encoding", MessageCodec.accepted),
  ]

  private static let encoding = [HTTP2Field("grpc-encoding", MessageCodec.gzip)]

  /// What comes first.
  ///
  /// - Parameter announcesGzip: whether responses may be compressed.
  static func fields(_ metadata: Metadata?, announcesGzip: Bool = false) -> [HTTP2Field] {
    base + (announcesGzip ? encoding : []) + fields(of: metadata)
  }

  /// What comes last.
  static func trailers(_ status: RPCStatus, _ metadata: Metadata?) -> [HTTP2Field] {
    fields(of: status.trailers) + fields(of: metadata)
  }

  private static func fields(of metadata: Metadata?) -> [HTTP2Field] {
    fields(of: metadata?.fields ?? [])
  }

  private static func fields(of fields: [RPCField]) -> [HTTP2Field] {
    fields.map { HTTP2Field($0.name, $0.value) }
  }
}
