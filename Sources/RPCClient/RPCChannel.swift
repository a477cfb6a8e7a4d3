internal import HTTP2
public import ProtobufMessages
public import RPC
public import Reactor
public import TLS

/// A connection to a gRPC server, and the calls on it.
///
/// Not `Sendable`: it lives on one loop.
public final class RPCChannel {
  /// How the connection is secured.
  public enum Security: Sendable {
    /// TLS; the server's certificate must be for this host.
    case tls(TLSContext, host: String)
    /// HTTP/2 with prior knowledge, unencrypted.
    case plaintext
  }

  private let connection: ClientConnection
  private let eventLoop: EventLoop
  private let authority: String
  private let scheme: String
  private let arena = Arena()
  /// The most bytes of an answer.
  private static let maxMessageSize = 16 << 20

  /// Connects, and waits for the TLS handshake. What fails is UNAVAILABLE; cancelling the task ends the
  /// wait.
  public static func connect(
    to address: SocketAddress, _ security: Security, on eventLoop: EventLoop
  )
    async throws(RPCStatus) -> RPCChannel
  {
    do {
      let stream = try await eventLoop.connect(to: address)
      let connection = try ClientConnection(stream, security, on: eventLoop)
      try await connection.established()
      return RPCChannel(connection, security, address, on: eventLoop)
    } catch let status as RPCStatus {
      throw status
    } catch {
      throw RPCStatus(.unavailable, "\(address) can't be reached: \(error)")
    }
  }

  private init(
    _ connection: ClientConnection, _ security: Security, _ address: SocketAddress,
    on eventLoop: EventLoop
  ) {
    self.connection = connection
    self.eventLoop = eventLoop
    switch security {
    case .tls(_, let host): (scheme, authority) = ("https", host)
    case .plaintext:
      scheme = "http"
      if case .unix = address { authority = "localhost" } else { authority = "\(address)" }
    }
  }

  /// Makes a unary call, and waits for its answer. When the task is cancelled, so is the call.
  ///
  /// - Parameter timeout: the call's deadline from now; nil: none.
  public func unary<Request: EncodableMessage, Response: DecodableMessage>(
    _ path: String, _ request: Request, as response: Response.Type, metadata: Metadata = .init(),
    timeout: Duration? = nil
  ) async throws(RPCStatus) -> Response {
    let call = ClientCall(limit: Self.maxMessageSize, on: eventLoop)
    let stream = try connection.request(fields(path, metadata, timeout), delegate: call)
    stream.write(request.framed(arena: arena))
    stream.finish()
    connection.scheduleFlush()
    let abandon = { [connection] (status: RPCStatus) in
      call.end(.failure(status))
      stream.reset(.cancel)
      connection.scheduleFlush()
    }
    let deadline = timeout.map { timeout in
      eventLoop.timer(after: timeout) { abandon(.deadlineHasPassed) }
    }
    defer { deadline?.cancel() }
    let answer = try await call.answer { abandon(.wasCancelled) }
    return try Response.answer(answer, arena: arena)
  }

  /// Begins a call that streams.
  ///
  /// - Parameter timeout: the call's deadline from now; nil: none.
  public func stream<Request: EncodableMessage, Response: DecodableMessage>(
    _ path: String, of request: Request.Type, to response: Response.Type,
    metadata: Metadata = .init(), timeout: Duration? = nil
  ) throws(RPCStatus) -> StreamingCall<Request, Response> {
    let stream = ClientStream(limit: Self.maxMessageSize, connection: connection, on: eventLoop)
    try stream.begin(fields(path, metadata, timeout), timeout: timeout)
    return StreamingCall(stream, arena: arena)
  }

  private func fields(_ path: String, _ metadata: Metadata, _ timeout: Duration?) -> [RPCField] {
    RequestFields.make(
      path: path, authority: authority, scheme: scheme, timeout: timeout, metadata: metadata)
  }

  /// Whether it takes calls: its connection stands, and the server has not said that it goes away.
  public var isOpen: Bool { connection.isOpen }

  /// Whether the connection is no more.
  public var isClosed: Bool { connection.isClosed }

  /// Closes the connection; calls that run are UNAVAILABLE.
  public func close() { connection.close() }
}
