internal import CLibuv

#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

extension OwnedSocket {
  /// Where the peer of a TCP connection is, as numbers: nil of a Unix socket's, or where it has gone
  /// already.
  public var peerAddress: SocketAddress? {
    guard !isUnix else { return nil }
    var address = sockaddr_storage()
    var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
    var host = [CChar](repeating: 0, count: Int(NI_MAXHOST))
    var service = [CChar](repeating: 0, count: Int(NI_MAXSERV))
    let isKnown = withUnsafeMutableBytes(of: &address) { bytes in
      let pointer = bytes.baseAddress!.assumingMemoryBound(to: sockaddr.self)
      return getpeername(descriptor, pointer, &length) == 0
        && getnameinfo(
          pointer, length, &host, socklen_t(host.count), &service, socklen_t(service.count),
          NI_NUMERICHOST | NI_NUMERICSERV) == 0
    }
    guard isKnown, let port = UInt16(text(service)) else { return nil }
    return .tcp(host: text(host), port: port)
  }

  /// The user that the process at the other end of a Unix socket ran as when it connected; nil of
  /// TCP.
  public var peerUserID: UInt32? {
    guard isUnix else { return nil }
    #if canImport(Glibc)
      // As struct ucred, which glibc hides: the process, the user and the group.
      var credentials: (Int32, UInt32, UInt32) = (0, 0, 0)
      var length = socklen_t(MemoryLayout.size(ofValue: credentials))
      guard getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &credentials, &length) == 0 else {
        return nil
      }
      return credentials.1
    #else
      var user = uid_t()
      var group = gid_t()
      return getpeereid(descriptor, &user, &group) == 0 ? user : nil
    #endif
  }

  private func text(_ characters: [CChar]) -> String {
    String(decoding: characters.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }
}
