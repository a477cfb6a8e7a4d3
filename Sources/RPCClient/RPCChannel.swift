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

  /// Connects, and waits for the TLS handshake. What fails is UNAVAILABLE.
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

  /// Makes a unary call, and waits for its answer.
  ///
  /// - Parameter timeout: the call's deadline from now; nil: none.
  public func unary<Request: EncodableMessage, Response: DecodableMessage>(
    _ path: String, _ request: Request, as response: Response.Type, metadata: Metadata = .init(),
    timeout: Duration? = nil
  ) async throws(RPCStatus) -> Response {
    defer { arena.reset() }
    var message = request.encode(arena: arena, prefix: MessageDeframer.prefixSize)
    arena.reset()
    MessageDeframer.writePrefix(into: &message)
    let call = ClientCall(limit: Self.maxMessageSize)
    let fields = RequestFields.make(
      path: path, authority: authority, scheme: scheme, timeout: timeout, metadata: metadata)
    let stream = try connection.request(fields, delegate: call)
    stream.write(message)
    stream.finish()
    connection.scheduleFlush()
    let deadline = timeout.map { timeout in
      eventLoop.timer(after: timeout) { [connection] in
        call.expire()
        stream.reset(.cancel)
        connection.scheduleFlush()
      }
    }
    defer { deadline?.cancel() }
    let answer = try await call.answer()
    do throws(MessageError) {
      return try Response.decode(answer, arena: arena)
    } catch {
      throw RPCStatus(.internal, "the server's answer can't be decoded: \(error.description)")
    }
  }

  /// Closes the connection; calls that run are UNAVAILABLE.
  public func close() { connection.close() }
}
