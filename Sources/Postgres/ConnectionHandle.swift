internal import CLibpq
internal import Reactor

/// Owns one libpq connection.
final class ConnectionHandle {
  let pq: OpaquePointer
  private var isFinished = false

  init(starting conninfo: Conninfo) throws(PostgresError) {
    let keywords = conninfo.keywords.sorted { $0.key < $1.key }
    let started = withCStrings(keywords.map(\.key)) { names in
      withCStrings(keywords.map(\.value)) { values in PQconnectStartParams(names, values, 0) }
    }
    guard let started else { throw PostgresError(.connection, "out of memory") }
    pq = started
    // Notices would otherwise go to standard error.
    PQsetNoticeProcessor(pq, { _, _ in }, nil)
    // A server's refusal comes without its code, unless it stands in the message.
    PQsetErrorVerbosity(pq, PQERRORS_VERBOSE)
  }

  deinit { finish() }

  /// Closes the connection, whoever still holds this. Nothing may be asked of it then.
  func finish() {
    guard !isFinished else { return }
    isFinished = true
    PQfinish(pq)
  }

  /// What libpq last said; it may quote data.
  var message: String { String(cString: PQerrorMessage(pq)) }

  /// Connects to the first of the hosts that will do, and makes the connection ready for pipelines.
  ///
  /// Each host is tried by itself: libpq has one time for them all, which a host that swallows what
  /// is sent to it would use up.
  static func connect(
    to options: PostgresOptions, on eventLoop: EventLoop
  ) async throws(PostgresError) -> ConnectionHandle {
    var conninfo = try Conninfo(parsing: options.conninfo)
    conninfo.add(options)
    var hosts: [Conninfo.Host?] = try conninfo.hosts
    if options.shufflesHosts { hosts.shuffle() }
    // None is libpq's default: a socket.
    if hosts.isEmpty { hosts = [nil] }
    var failures: [PostgresError] = []
    for pass in conninfo.passes {
      for host in hosts {
        do throws(PostgresError) {
          let places = try await pass.places(
            of: host, within: options.connectTimeout, on: eventLoop)
          return try await connect(to: places, within: options.connectTimeout, on: eventLoop)
        } catch { failures.append(error) }
      }
    }
    throw PostgresError(mostTellingOf: failures)
  }

  /// Connects to the first of these places that will do.
  private static func connect(
    to places: [Conninfo], within limit: Duration, on eventLoop: EventLoop
  ) async throws(PostgresError) -> ConnectionHandle {
    var failures: [PostgresError] = []
    for place in places {
      do throws(PostgresError) {
        let handle = try ConnectionHandle(starting: place)
        try await handle.finishConnecting(by: eventLoop.now + limit, on: eventLoop)
        PQsetnonblocking(handle.pq, 1)
        guard PQenterPipelineMode(handle.pq) == 1 else {
          throw PostgresError(.protocolViolation, "no pipeline mode", detail: handle.message)
        }
        return handle
      } catch { failures.append(error) }
    }
    throw PostgresError(mostTellingOf: failures)
  }

  private func finishConnecting(
    by deadline: Duration, on eventLoop: EventLoop
  ) async throws(PostgresError) {
    var interest = Readiness.writable
    while true {
      // libpq may go on to another address, and so to another descriptor, in any poll: each wait
      // has a watch of its own.
      guard PQstatus(pq) != CONNECTION_BAD else { throw connectFailure }
      guard await eventLoop.wait(for: interest, of: PQsocket(pq), until: deadline) else {
        throw PostgresError(.connection, "the server does not answer")
      }
      switch PQconnectPoll(pq) {
      case PGRES_POLLING_OK:
        PQsetErrorVerbosity(pq, PQERRORS_DEFAULT)
        return
      case PGRES_POLLING_READING: interest = .readable
      case PGRES_POLLING_WRITING: interest = .writable
      default: throw connectFailure
      }
    }
  }

  private var connectFailure: PostgresError {
    let message = message
    return PostgresError(
      .connection, "the server can't be reached or refuses us",
      sqlState: SQLState(inConnectFailure: message), detail: message)
  }
}

extension PostgresError {
  /// Of why hosts could not be connected to, the first that a server gave; else the last.
  fileprivate init(mostTellingOf failures: [PostgresError]) {
    self = failures.first { $0.sqlState != nil } ?? failures.last ?? PostgresError(.connection, "")
  }
}

extension EventLoop {
  /// Waits until the descriptor is ready; false when the deadline comes first.
  fileprivate func wait(
    for interest: Readiness, of descriptor: Int32, until deadline: Duration
  ) async -> Bool {
    guard deadline > now else { return false }
    var watch: DescriptorWatch?
    var timer: LoopTimer?
    let isReady = await withCheckedContinuation { continuation in
      var waiting: CheckedContinuation<Bool, Never>? = continuation
      func end(_ isReady: Bool) {
        waiting?.resume(returning: isReady)
        waiting = nil
        watch?.close()
        timer?.cancel()
      }
      timer = self.timer(after: deadline - now) { end(false) }
      watch = try? self.watch(descriptor: descriptor) { _ in end(true) }
      if let watch { watch.interest = interest } else { end(false) }
    }
    return isReady
  }
}

/// Calls `body` with the strings as a NULL-terminated array of C strings.
private func withCStrings<T>(
  _ strings: [String], _ body: (UnsafePointer<UnsafePointer<CChar>?>) -> T
) -> T {
  var bytes: [CChar] = []
  let offsets = strings.map { string in
    let offset = bytes.count
    bytes.append(contentsOf: string.utf8CString)
    return offset
  }
  return bytes.withUnsafeBufferPointer { bytes in
    let pointers = offsets.map { Optional(bytes.baseAddress! + $0) } + [nil]
    return pointers.withUnsafeBufferPointer { body($0.baseAddress!) }
  }
}
