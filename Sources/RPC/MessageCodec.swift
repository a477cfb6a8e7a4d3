internal import Compression

/// Compresses and decompresses the messages of one loop's calls (gRPC, "Message Encoding"). What
/// gzip needs to work, some 300 KiB, is made at first use and kept.
public final class MessageCodec {
  /// The encodings that there are, as `grpc-accept-encoding` lists them.
  public static let accepted = "identity,gzip"
  /// The one that compresses, as `grpc-encoding` names it.
  public static let gzip = "gzip"

  private lazy var compressor = GzipCompressor()
  private lazy var decompressor = GzipDecompressor()

  /// Nothing is made yet.
  public init() {}

  /// A message as it was before it was compressed: RESOURCE_EXHAUSTED where that is over `limit`
  /// bytes, and no more than these are ever made of it; INTERNAL where it is not gzip.
  func decompress(_ bytes: [UInt8], limit: Int) throws(RPCStatus) -> [UInt8] {
    do throws(GzipError) {
      return try decompressor.decompress(bytes, limit: limit)
    } catch {
      throw error == .tooLarge
        ? RPCStatus(
          .resourceExhausted, "a message is over the limit of \(limit) bytes, decompressed")
        : RPCStatus(.internal, "a compressed message can't be read: \(error)")
    }
  }

  /// What is no message of gRPC's, as gzip; nil where that is no shorter, and `ifShorter` is asked for.
  public func gzipped(_ bytes: [UInt8], ifShorter: Bool) -> [UInt8]? {
    let compressed = compressor.compress(bytes)
    return ifShorter && compressed.count >= bytes.count ? nil : compressed
  }

  /// Writes a framed message's prefix, and compresses the message where that is asked for: where
  /// `ifShorter`, only if it gets shorter.
  public func finish(_ framed: inout [UInt8], compresses: Bool, ifShorter: Bool) {
    guard compresses else { return MessageDeframer.writePrefix(into: &framed) }
    let prefix = MessageDeframer.prefixSize
    var compressed = compressor.compress(Array(framed[prefix...]), prefix: prefix)
    let isCompressed = !ifShorter || compressed.count < framed.count
    if isCompressed { swap(&framed, &compressed) }
    MessageDeframer.writePrefix(into: &framed, isCompressed: isCompressed)
  }
}
