public import HTTP2
public import HTTPGateway
public import RPC
public import Reactor
public import TLS

/// Where a server listens, and how what comes there is secured.
public struct RPCEndpoint: Sendable {
  /// What a connection must begin with.
  public enum Security: Sendable {
    /// TLS, with `h2` by ALPN, or `http/1.1` where its context takes that.
    case tls
    /// HTTP/2 with prior knowledge (RFC 9113, section 3.3), or HTTP/1.1 where there is a gateway; unencrypted.
    case plaintext
    /// Either, told apart by the first byte.
    case either
  }

  /// Where connections come from.
  enum Source: Sendable {
    case address(SocketAddress)
    case inherited(InheritedSocket)
  }

  let source: Source
  let security: Security

  /// An endpoint that is opened when the server starts.
  public init(_ address: SocketAddress, _ security: Security) {
    source = .address(address)
    self.security = security
  }

  /// An endpoint that this process inherited. When the server stops, others that have it go on.
  public init(inherited socket: InheritedSocket, _ security: Security) {
    source = .inherited(socket)
    self.security = security
  }
}

/// What a server allows its clients.
public struct RPCServerConfiguration: Sendable {
  /// The server's certificate and what goes with it.
  public var tls: ReloadableTLSContext
  /// The users whose processes may connect by a Unix socket; nil lets all that its path lets.
  public var unixUserIDs: Set<UInt32>?
  /// The permission bits of a Unix socket's path.
  public var unixMode: UInt16 = 0o660
  /// What serves the requests that are not gRPC's. Nil: they are answered 415.
  public var gateway: HTTPGateway?
  /// What HTTP/2 allows.
  public var http2 = HTTP2Settings()
  /// How many calls a connection may have open.
  public var maxConcurrentCalls: Int {
    get { Int(http2.maxConcurrentStreams) }
    set { http2.maxConcurrentStreams = UInt32(clamping: newValue) }
  }
  /// The most bytes of a call's metadata: each field's name and value and 32.
  public var maxMetadataBytes: Int {
    get { http2.maxFieldBytes }
    set { http2.maxFieldBytes = newValue }
  }
  /// The most fields of a call's metadata.
  public var maxMetadataFields: Int {
    get { http2.maxFields }
    set { http2.maxFields = newValue }
  }
  /// The most bytes of a request message. gRPC's usual 4 MiB.
  public var maxMessageSize = 4 << 20
  /// gRPC's responses of more bytes than this are compressed for callers that take gzip. Nil: none are,
  /// since compressing a large one holds up its loop: some 6 ms for each MiB of JSON.
  public var compressAbove: Int?
  /// Responses by HTTP that are one JSON value of more bytes than this are gzipped, for callers who take
  /// that and have shown a token: see ``GatewayCall``.
  public var compressJSONAbove = 1 << 10
  /// How long connections may live, and be silent.
  public var limits = ConnectionLimits()
  /// How many connections may be open; more wait until one has ended.
  public var maxConnections = 16_384
  /// How many handlers may run for one connection, those among them whose calls were reset.
  public var maxRunningCalls = 512
  /// How many bytes may wait for a client that reads slowly before its calls wait.
  public var maxPendingBytes = 256 << 10
  /// How many bytes the calls of one connection may take: their metadata, requests that are not
  /// complete or not read (by HTTP/1.1 their heads too), and responses that the client has not taken.
  public var maxConnectionMemory = 64 << 20
  /// How many bytes the calls of all connections may take; each loop has its share.
  public var maxMemory = 1 << 30
  /// How long the request of a method that takes one may take to be complete. A client that streams
  /// may be slow for good reasons.
  public var requestTimeout = Duration.seconds(60)
  /// Told of each call that is refused before it comes to the interceptors, on its loop.
  public var refused: (@Sendable (RefusedCall) -> Void)?
  /// How long calls may run on when the server stops.
  public var drainGrace = Duration.seconds(10)

  /// The defaults.
  public init(tls: ReloadableTLSContext) { self.tls = tls }

  /// The defaults, with a certificate that stays.
  public init(tls: TLSContext) { self.init(tls: ReloadableTLSContext(tls)) }
}
