internal import CLibuv

#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// A bound and listening socket.
final class ListeningSocket {
  let descriptor: Int32
  private(set) var address: SocketAddress
  private var isOpen = true
  /// Whether the path of a Unix socket is this process's to remove.
  private let ownsPath: Bool

  var isUnix: Bool {
    if case .unix = address { true } else { false }
  }

  /// - Parameter mode: the permission bits of a Unix socket's path: who may write to it may connect.
  init(_ address: SocketAddress, mode: UInt16) throws(SystemError) {
    self.address = address
    ownsPath = true
    switch address {
    case .tcp(let host, let port):
      (descriptor, self.address) = try listenTCP(host: host, port: port)
    case .unix(let path):
      descriptor = try listenUnix(path: path, mode: mode)
    }
  }

  /// Takes over what this process inherited.
  init(_ inherited: InheritedSocket) {
    address = inherited.address
    descriptor = inherited.descriptor
    ownsPath = false
  }

  deinit { close() }

  func close() {
    guard isOpen else { return }
    isOpen = false
    // The path goes first: whoever finds it finds a listener.
    if ownsPath, case .unix(let path) = address { unlink(path) }
    _ = systemClose(descriptor)
  }
}

private let backlog: Int32 = 4096

private func listening(on address: SocketAddress) -> String { "listening on \(address)" }

private func listenTCP(host: String, port: UInt16) throws(SystemError) -> (Int32, SocketAddress) {
  let (descriptor, bound) = try withTCPAddress(host: host, port: port, flags: AI_PASSIVE) {
    (family, address, length) throws(SystemError) in
    let descriptor = try newSocket(family)
    var one: Int32 = 1
    let size = socklen_t(MemoryLayout<Int32>.size)
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &one, size)
    return (descriptor, bind(descriptor, address, length))
  }
  guard bound == 0 else {
    try fail(listening(on: .tcp(host: host, port: port)), closing: descriptor)
  }
  guard listen(descriptor, backlog) == 0 else {
    try fail(listening(on: .tcp(host: host, port: port)), closing: descriptor)
  }
  return (descriptor, .tcp(host: host, port: boundPort(descriptor)))
}

private func boundPort(_ descriptor: Int32) -> UInt16 {
  var address = sockaddr_in6()
  var size = socklen_t(MemoryLayout<sockaddr_in6>.size)
  _ = withUnsafeMutableBytes(of: &address) { bytes in
    getsockname(descriptor, bytes.baseAddress!.assumingMemoryBound(to: sockaddr.self), &size)
  }
  // The port stands at the same place in sockaddr_in and sockaddr_in6.
  return UInt16(bigEndian: address.sin6_port)
}

private func listenUnix(path: String, mode: UInt16) throws(SystemError) -> Int32 {
  let descriptor = try newSocket(AF_UNIX)
  var bound = try withUnixAddress(path) { bind(descriptor, $0, $1) }
  if bound != 0, errno == EADDRINUSE, try isAbandoned(path) {
    unlink(path)
    bound = try withUnixAddress(path) { bind(descriptor, $0, $1) }
  }
  guard bound == 0 else { try fail(listening(on: .unix(path: path)), closing: descriptor) }
  chmod(path, mode_t(mode))
  guard listen(descriptor, backlog) == 0 else {
    try fail(listening(on: .unix(path: path)), closing: descriptor)
  }
  return descriptor
}

/// Whether the path is a socket that nobody listens on: what a server that was killed leaves.
private func isAbandoned(_ path: String) throws(SystemError) -> Bool {
  let probe = try newSocket(AF_UNIX)
  defer { _ = systemClose(probe) }
  let connected = try withUnixAddress(path) { connect(probe, $0, $1) }
  let abandoned = connected != 0 && errno == ECONNREFUSED
  errno = EADDRINUSE
  return abandoned
}
