internal import CZlib

/// Decompresses gzip (RFC 1952), one message after the other, whatever came of the one before.
///
/// Not `Sendable`: each loop has its own. It keeps zlib's window from message to message.
public final class GzipDecompressor {
  private let zlib: ZlibStream

  /// A decompressor.
  public init() {
    zlib = ZlibStream(
      { inflate_init($0, ZlibStream.gzipWindowBits) }, free: { inflateEnd($0) })
  }

  /// What `bytes` hold: one gzip member or several, concatenated (RFC 1952, section 2.2), and
  /// nothing else.
  ///
  /// No allocation is larger than `limit` bytes and a little: the room grows with what has come
  /// out, and what the trailer claims is only checked at the end.
  public func decompress(_ bytes: [UInt8], limit: Int) throws(GzipError) -> [UInt8] {
    guard bytes.count <= Int(UInt32.max) else { throw .tooLarge }
    return try bytes.withUnsafeBufferPointer { input throws(GzipError) in
      try decompress(input, limit: limit)
    }
  }

  private func decompress(
    _ input: UnsafeBufferPointer<UInt8>, limit: Int
  ) throws(GzipError) -> [UInt8] {
    var decompressed: [UInt8] = []
    zlib.setInput(input)
    try beginMember()
    while true {
      let (code, output) = zlib.step { inflate($0, Z_NO_FLUSH) }
      guard output.count <= limit - decompressed.count else { throw .tooLarge }
      decompressed.append(output, inputSize: input.count, limit: limit)
      switch code {
      case Z_OK: break
      case Z_STREAM_END:
        if zlib.nextInput == nil { return decompressed }
        try beginMember()
      // No step can be made: the room for output is empty each time, so the input is.
      case Z_BUF_ERROR: throw .truncated
      case Z_MEM_ERROR: preconditionFailure("zlib has no memory")
      default: throw .malformed
      }
    }
  }

  /// Begins anew at what input is left. zlib asks for two bytes before it looks at the first: what
  /// can't be a member is malformed even where one byte is all there is.
  private func beginMember() throws(GzipError) {
    inflateReset(zlib.stream)
    guard let first = zlib.nextInput else { throw .truncated }
    guard first == 0x1f else { throw .malformed }
  }
}

extension [UInt8] {
  /// Appends `output`. The room is at first four times the input's size, about what JSON shrinks
  /// by, then doubles, and never goes past `limit`.
  fileprivate mutating func append(
    _ output: UnsafeBufferPointer<UInt8>, inputSize: Int, limit: Int
  ) {
    let needed = count + output.count
    if needed > capacity {
      let wanted = isEmpty ? 4 * inputSize : 2 * capacity
      reserveCapacity(Swift.min(limit, Swift.max(needed, wanted)))
    }
    append(contentsOf: output)
  }
}
