internal import CZlib

/// The checksum that gzip has (RFC 1952, section 8): it tells bytes that were damaged by chance.
public enum CRC32 {
  /// The checksum of these bytes.
  public static func checksum(of bytes: ArraySlice<UInt8>) -> UInt32 {
    bytes.withUnsafeBufferPointer { buffer in
      // Of no bytes zlib gives its first value, 0, which is theirs.
      UInt32(truncatingIfNeeded: crc32_z(0, buffer.baseAddress, buffer.count))
    }
  }
}
