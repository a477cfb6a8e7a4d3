internal import CLibuv

#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

func systemClose(_ descriptor: Int32) -> Int32 {
  #if canImport(Glibc)
    Glibc.close(descriptor)
  #else
    Darwin.close(descriptor)
  #endif
}

/// Closes the descriptor and throws what errno said before.
func fail(_ call: String, closing descriptor: Int32) throws(SystemError) -> Never {
  let error = SystemError(code: errno, call: call)
  _ = systemClose(descriptor)
  throw error
}

func newSocket(_ family: Int32) throws(SystemError) -> Int32 {
  #if canImport(Glibc)
    let type = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
    let descriptor = socket(family, type, 0)
  #else
    let descriptor = socket(family, SOCK_STREAM, 0)
    if descriptor >= 0 { _ = fcntl(descriptor, F_SETFL, O_NONBLOCK) }
  #endif
  if descriptor < 0 { throw SystemError(code: errno, call: "socket") }
  return descriptor
}

/// Calls `body` with the address of a Unix socket.
///
/// - Parameter isAbstract: whether it is no path but, after its first character, a name in the abstract
///   namespace of Linux. Such a name ends where the address does, and not at a NUL.
func withUnixAddress<T>(
  _ path: String, isAbstract: Bool = false, _ body: (UnsafePointer<sockaddr>, socklen_t) -> T
) throws(SystemError) -> T {
  var address = sockaddr_un()
  address.sun_family = sa_family_t(AF_UNIX)
  var bytes = Array(path.utf8)
  if isAbstract { bytes[0] = 0 }
  guard bytes.count < MemoryLayout.size(ofValue: address.sun_path) else {
    throw SystemError(code: ENAMETOOLONG, call: "socket path \(path)")
  }
  withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
  let length =
    isAbstract
    ? MemoryLayout.offset(of: \sockaddr_un.sun_path)! + bytes.count
    : MemoryLayout<sockaddr_un>.size
  return withUnsafeBytes(of: &address) { raw in
    body(raw.baseAddress!.assumingMemoryBound(to: sockaddr.self), socklen_t(length))
  }
}

/// Calls `body` with the family and the address of a host and a port.
func withTCPAddress<T>(
  host: String, port: UInt16, flags: Int32,
  _ body: (Int32, UnsafePointer<sockaddr>, socklen_t) throws(SystemError) -> T
) throws(SystemError) -> T {
  var hints = addrinfo()
  hints.ai_flags = flags
  #if canImport(Glibc)
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
  #else
    hints.ai_socktype = SOCK_STREAM
  #endif
  var found: UnsafeMutablePointer<addrinfo>?
  guard getaddrinfo(host, String(port), &hints, &found) == 0, let entry = found?.pointee else {
    throw SystemError(code: EADDRNOTAVAIL, call: "looking up \(host)")
  }
  defer { freeaddrinfo(found) }
  return try body(entry.ai_family, entry.ai_addr, entry.ai_addrlen)
}
