/// Where a server listens, or a client connects.
public enum SocketAddress: Hashable, Sendable, CustomStringConvertible {
  /// A host name or a numeric address, and a port. Port 0 listens on a free one.
  case tcp(host: String, port: UInt16)
  /// The path of a Unix socket, at most 107 bytes.
  case unix(path: String)

  /// Reads `HOST:PORT`, `[IPv6]:PORT`, or `unix:PATH`.
  public init?(_ text: String) {
    if text.hasPrefix("unix:") {
      let path = text.dropFirst(5)
      guard !path.isEmpty else { return nil }
      self = .unix(path: String(path))
      return
    }
    guard let colon = text.lastIndex(of: ":"),
      let port = UInt16(text[text.index(after: colon)...])
    else { return nil }
    var host = text[..<colon]
    if host.hasPrefix("["), host.hasSuffix("]") {
      host = host.dropFirst().dropLast()
    } else if host.contains(":") {
      return nil
    }
    guard !host.isEmpty else { return nil }
    self = .tcp(host: String(host), port: port)
  }

  /// The address as ``init(_:)`` reads it.
  public var description: String {
    switch self {
    case .tcp(let host, let port):
      host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    case .unix(let path): "unix:\(path)"
    }
  }
}
