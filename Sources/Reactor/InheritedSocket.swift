internal import CLibuv

#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// A listening socket that whoever started this process opened, and keeps: systemd's socket
/// activation, or a supervisor that starts the next server before the last has gone.
public struct InheritedSocket: Sendable {
  /// Where it listens.
  public let address: SocketAddress
  let descriptor: Int32

  /// What an environment says was handed over, by the convention of sd_listen_fds(3): `LISTEN_FDS`
  /// descriptors from 3 on, if `LISTEN_PID` is this process. They are used once: children of this
  /// process do not inherit them.
  ///
  /// Throws where one of them is not a listening stream socket.
  public static func all(in environment: [String: String]) throws(SystemError) -> [InheritedSocket]
  {
    guard environment["LISTEN_PID"].flatMap({ Int32($0) }) == getpid(),
      let count = environment["LISTEN_FDS"].flatMap({ Int32($0) }), (1...64).contains(count)
    else { return [] }
    var sockets: [InheritedSocket] = []
    for descriptor in 3..<3 + count { sockets.append(try InheritedSocket(descriptor)) }
    return sockets
  }

  private init(_ descriptor: Int32) throws(SystemError) {
    self.descriptor = descriptor
    var listens: Int32 = 0
    var size = socklen_t(MemoryLayout<Int32>.size)
    guard getsockopt(descriptor, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) == 0, listens != 0
    else {
      throw SystemError(
        code: listens == 0 && errno == 0 ? EINVAL : errno,
        call: "descriptor \(descriptor) of LISTEN_FDS, which is to be a socket that listens")
    }
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
    address = try localAddress(of: descriptor)
  }
}

/// Where a socket is bound.
private func localAddress(of descriptor: Int32) throws(SystemError) -> SocketAddress {
  var storage = sockaddr_storage()
  var size = socklen_t(MemoryLayout<sockaddr_storage>.size)
  return try withUnsafeMutableBytes(of: &storage) { bytes throws(SystemError) -> SocketAddress in
    let address = bytes.baseAddress!.assumingMemoryBound(to: sockaddr.self)
    guard getsockname(descriptor, address, &size) == 0 else {
      throw SystemError(code: errno, call: "getsockname")
    }
    if Int32(address.pointee.sa_family) == AF_UNIX {
      let path = bytes[MemoryLayout<sa_family_t>.size..<Int(size)].prefix { $0 != 0 }
      return .unix(path: String(decoding: path, as: UTF8.self))
    }
    var host = [CChar](repeating: 0, count: Int(NI_MAXHOST))
    var port = [CChar](repeating: 0, count: Int(NI_MAXSERV))
    let code = getnameinfo(
      address, size, &host, socklen_t(host.count), &port, socklen_t(port.count),
      NI_NUMERICHOST | NI_NUMERICSERV)
    guard code == 0, let number = UInt16(text(port)) else {
      throw SystemError(code: EINVAL, call: "getnameinfo")
    }
    return .tcp(host: text(host), port: number)
  }
}

private func text(_ buffer: [CChar]) -> String {
  String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
}
