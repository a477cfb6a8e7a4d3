internal import CLibuv

/// Told of what happens to a ``ByteStream``.
public protocol ByteStreamDelegate: AnyObject {
  /// Bytes have come; they are gone when this returns.
  func received(_ bytes: RawSpan)
  /// The peer will send no more.
  func receivedEnd()
  /// All that was written has been handed to the kernel, after some of it had to wait.
  func drained()
  /// The connection has broken; the stream is closed.
  func failed(_ error: SystemError)
}

/// A connected socket, TCP or Unix.
///
/// Writes go to the kernel at once; what it does not take is kept and counted in
/// ``pendingBytes``, and it is for the writer to stop while that is more than it likes.
public final class ByteStream: HandleOwner {
  /// Told of what happens, until the stream is closed.
  public var delegate: (any ByteStreamDelegate)?
  /// How many bytes wait for the kernel to take them.
  public private(set) var pendingBytes = 0
  private let eventLoop: EventLoop
  private var pending: [UInt8] = []
  private var isWriting = false
  private var isReading = false
  private var finishes = false

  /// Takes over a connected socket, which is closed with the stream; where this throws, it is
  /// closed at once.
  public init(adopting socket: consuming OwnedSocket, on eventLoop: EventLoop) throws(SystemError) {
    self.eventLoop = eventLoop
    let isUnix = socket.isUnix
    let descriptor = socket.release()
    if isUnix {
      try super.init(uv_pipe_t.self) { pipe throws(SystemError) in
        try SystemError.check(uv_pipe_init(eventLoop.uv, pipe, 0), "uv_pipe_init")
      }
    } else {
      try super.init(uv_tcp_t.self) { tcp throws(SystemError) in
        try SystemError.check(uv_tcp_init(eventLoop.uv, tcp), "uv_tcp_init")
      }
    }
    let opened =
      isUnix
      ? uv_pipe_open(raw.assumingMemoryBound(to: uv_pipe_t.self), descriptor)
      : uv_tcp_open(raw.assumingMemoryBound(to: uv_tcp_t.self), uv_os_sock_t(descriptor))
    if opened < 0 {
      OwnedSocket(descriptor: descriptor, isUnix: isUnix).close()
      close()
      throw SystemError(code: opened, call: "uv_stream_open")
    }
    if !isUnix { uv_tcp_nodelay(raw.assumingMemoryBound(to: uv_tcp_t.self), 1) }
  }

  private var stream: UnsafeMutablePointer<uv_stream_t> {
    raw.assumingMemoryBound(to: uv_stream_t.self)
  }

  // MARK: Reading

  /// Begins, or goes on, to read.
  public func startReading() {
    guard !isReading, !isClosing else { return }
    isReading = true
    uv_read_start(
      stream,
      { handle, _, buffer in
        let bytes = HandleOwner.of(handle!)?.asStream.eventLoop.readBuffer
        buffer!.pointee = uv_buf_init(
          bytes?.baseAddress?.assumingMemoryBound(to: CChar.self), UInt32(bytes?.count ?? 0))
      },
      { handle, count, buffer in
        HandleOwner.of(handle, as: ByteStream.self).wasRead(count, buffer!.pointee)
      })
  }

  /// Leaves what comes to the kernel, which holds the peer back when its buffer is full.
  public func stopReading() {
    guard isReading, !isClosing else { return }
    isReading = false
    uv_read_stop(stream)
  }

  private func wasRead(_ count: Int, _ buffer: uv_buf_t) {
    if count > 0 {
      let bytes = UnsafeRawBufferPointer(start: buffer.base, count: count)
      delegate?.received(bytes.bytes)
    } else if count == Int(UV_EOF.rawValue) {
      stopReading()
      delegate?.receivedEnd()
    } else if count < 0 {
      fail(SystemError(code: Int32(count), call: "read"))
    }
  }

  // MARK: Writing

  /// Writes bytes: at once as far as the kernel takes them, the rest when it does.
  public func write(_ bytes: RawSpan) {
    guard !isClosing, bytes.byteCount > 0 else { return }
    var taken = 0
    if pendingBytes == 0 {
      taken = bytes.withUnsafeBytes { bytes in
        var buffer = uv_buf_init(
          UnsafeMutablePointer(mutating: bytes.baseAddress?.assumingMemoryBound(to: CChar.self)),
          UInt32(bytes.count))
        return Int(uv_try_write(stream, &buffer, 1))
      }
      if taken < 0 {
        guard taken == Int(UV_EAGAIN.rawValue) else {
          fail(SystemError(code: Int32(taken), call: "write"))
          return
        }
        taken = 0
      }
      if taken == bytes.byteCount { return }
    }
    bytes.withUnsafeBytes { pending.append(contentsOf: $0[taken...]) }
    pendingBytes += bytes.byteCount - taken
    writePending()
  }

  private func writePending() {
    guard !isWriting, !pending.isEmpty else { return }
    isWriting = true
    let write = PendingWrite(bytes: pending, stream: self)
    pending = []
    write.start(on: stream)
  }

  fileprivate func wrote(_ count: Int, status: Int32) {
    isWriting = false
    pendingBytes -= count
    guard !isClosing else { return }
    if status < 0 {
      fail(SystemError(code: status, call: "write"))
    } else if !pending.isEmpty {
      writePending()
    } else {
      if finishes { shutDown() }
      delegate?.drained()
    }
  }

  /// How many bytes the kernel has taken that the peer's side has not: by TCP its kernel, on a Unix
  /// socket whoever reads there.
  public var unacknowledgedBytes: Int {
    var descriptor: uv_os_fd_t = -1
    guard !isClosing, uv_fileno(raw.assumingMemoryBound(to: uv_handle_t.self), &descriptor) == 0
    else { return 0 }
    return Int(unacknowledged_bytes(descriptor))
  }

  /// Whether the connection has failed, which is not told while nothing is read or written.
  public var isBroken: Bool {
    var descriptor: uv_os_fd_t = -1
    guard !isClosing, uv_fileno(raw.assumingMemoryBound(to: uv_handle_t.self), &descriptor) == 0
    else { return false }
    return socket_error(descriptor) != 0
  }

  /// Tells the peer, after all that was written, that no more will be. Reading goes on.
  public func finishWriting() {
    guard !finishes, !isClosing else { return }
    finishes = true
    if pendingBytes == 0 { shutDown() }
  }

  private func shutDown() {
    let request = UnsafeMutablePointer<uv_shutdown_t>.allocate(capacity: 1)
    if uv_shutdown(request, stream, { request, _ in request?.deallocate() }) < 0 {
      request.deallocate()
    }
  }

  private func fail(_ error: SystemError) {
    guard !isClosing else { return }
    let delegate = delegate
    close()
    delegate?.failed(error)
  }

  /// Closes the socket now; what was not sent yet is lost. Calling it again does nothing.
  public override func close() {
    super.close()
    delegate = nil
  }
}

extension HandleOwner {
  fileprivate var asStream: ByteStream { unsafeDowncast(self, to: ByteStream.self) }
}

/// Bytes on their way to the kernel. libuv holds it until they are there.
private final class PendingWrite {
  private let bytes: UnsafeMutableBufferPointer<UInt8>
  private let stream: ByteStream
  private let request = UnsafeMutablePointer<uv_write_t>.allocate(capacity: 1)

  init(bytes: [UInt8], stream: ByteStream) {
    self.bytes = .allocate(capacity: bytes.count)
    _ = self.bytes.initialize(from: bytes)
    self.stream = stream
  }

  deinit {
    bytes.deallocate()
    request.deallocate()
  }

  func start(on handle: UnsafeMutablePointer<uv_stream_t>) {
    request.pointee.data = Unmanaged.passRetained(self).toOpaque()
    var buffer = uv_buf_init(
      UnsafeMutableRawPointer(bytes.baseAddress!).assumingMemoryBound(to: CChar.self),
      UInt32(bytes.count))
    let code = uv_write(request, handle, &buffer, 1) { request, status in
      EventLoop.handlesEvent(of: UnsafeMutableRawPointer(request!.pointee.handle))
      let write = Unmanaged<PendingWrite>.fromOpaque(request!.pointee.data).takeRetainedValue()
      write.stream.wrote(write.bytes.count, status: status)
    }
    if code < 0 {
      Unmanaged.passUnretained(self).release()
      stream.wrote(bytes.count, status: code)
    }
  }
}
