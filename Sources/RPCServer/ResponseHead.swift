internal import HTTP2
internal import RPC

/// The fields that begin and end an answer, as far as they are the same for many.
enum ResponseHead {
  private static let base = [
    HTTP2Field(":status", "200"), HTTP2Field("content-type", "application/grpc+proto"),
    HTTP2Field("grpc-accept-encoding", MessageCodec.accepted),
  ]

  /// What comes first.
  static let plain = PreparedFields(base)

  /// What comes first where responses may be compressed.
  static let announcingGzip = PreparedFields(
    base + [HTTP2Field("grpc-encoding", MessageCodec.gzip)])

  /// What comes last where all is well.
  static let ok = PreparedFields(fields(.ok))

  /// What comes last, but for the metadata.
  static func fields(_ status: RPCStatus) -> [HTTP2Field] { fields(status.trailers) }

  static func fields(_ metadata: Metadata) -> [HTTP2Field] {
    metadata.isEmpty ? [] : fields(metadata.fields)
  }

  private static func fields(_ fields: [RPCField]) -> [HTTP2Field] {
    fields.map { HTTP2Field($0.name, $0.value) }
  }
}
