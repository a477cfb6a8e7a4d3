internal import CLibuv

#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

extension EventLoop {
  /// Connects to an address, trying each of a host's in turn. Cancelling the task ends the wait.
  public func connect(to address: SocketAddress) async throws(SystemError) -> ByteStream {
    switch address {
    case .unix(let path):
      let descriptor = try newSocket(AF_UNIX)
      let started = try withUnixAddress(path) { systemConnect(descriptor, $0, $1) }
      return try await finish(descriptor, started: started, isUnix: true)
    case .tcp(let host, let port):
      var failure = SystemError(code: EADDRNOTAVAIL, call: "connect")
      for numeric in try await resolve(host: host) {
        do {
          return try await connectTCP(numeric, port)
        } catch {
          failure = error
        }
      }
      throw failure
    }
  }

  private func connectTCP(_ numeric: String, _ port: UInt16) async throws(SystemError)
    -> ByteStream
  {
    let (descriptor, started) = try withTCPAddress(host: numeric, port: port, flags: AI_NUMERICHOST)
    { (family, address, length) throws(SystemError) in
      let descriptor = try newSocket(family)
      return (descriptor, systemConnect(descriptor, address, length))
    }
    return try await finish(descriptor, started: started, isUnix: false)
  }

  /// Waits until the descriptor is connected, or is not.
  private func finish(_ descriptor: Int32, started: Int32, isUnix: Bool) async throws(SystemError)
    -> ByteStream
  {
    if started != 0 {
      guard errno == EINPROGRESS || errno == EINTR else { try fail("connect", closing: descriptor) }
      await untilWritable(descriptor)
      guard !Task.isCancelled else {
        errno = ECANCELED
        try fail("connect", closing: descriptor)
      }
      var code: Int32 = 0
      var size = socklen_t(MemoryLayout<Int32>.size)
      getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &size)
      errno = code
      guard code == 0 else { try fail("connect", closing: descriptor) }
    }
    return try ByteStream(
      adopting: OwnedSocket(descriptor: descriptor, isUnix: isUnix), on: self)
  }

  /// Waits until the descriptor can be written to, or the task is cancelled.
  private func untilWritable(_ descriptor: Int32) async {
    var watch: DescriptorWatch?
    var waiting: CheckedContinuation<Void, Never>?
    var isOver = false
    func end() {
      isOver = true
      watch?.close()
      watch = nil
      waiting?.resume()
      waiting = nil
    }
    await withCancellableContinuation(cancelled: end) { continuation in
      waiting = continuation
      if isOver { return end() }
      watch = try? self.watch(descriptor: descriptor) { _ in end() }
      if let watch { watch.interest = .writable } else { end() }
    }
  }
}

private func systemConnect(
  _ descriptor: Int32, _ address: UnsafePointer<sockaddr>, _ length: socklen_t
) -> Int32 {
  #if canImport(Glibc)
    Glibc.connect(descriptor, address, length)
  #else
    Darwin.connect(descriptor, address, length)
  #endif
}
