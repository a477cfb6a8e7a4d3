import RPCServer
import Reactor

/// Where the server listens: where its options say, or at the sockets that it inherited in place of
/// these.
struct Endpoints {
  let all: [RPCEndpoint]
  /// Whether another process has these sockets too, and so may serve on.
  let areInherited: Bool

  /// - Parameter environment: tells of inherited sockets. A Unix socket takes the place of `unix`,
  ///   a TCP socket at `insecure`'s address that one's, and any other the place of `tls`.
  init(
    tls: SocketAddress, unix: String, insecure: SocketAddress?, environment: [String: String]
  ) throws(SystemError) {
    let inherited = try InheritedSocket.all(in: environment)
    var open: [RPCEndpoint] = []
    var hasTLS = false
    var hasUnix = false
    var hasInsecure = false
    for socket in inherited {
      if case .unix = socket.address {
        open.append(RPCEndpoint(inherited: socket, .either))
        hasUnix = true
      } else if socket.address == insecure {
        open.append(RPCEndpoint(inherited: socket, .plaintext))
        hasInsecure = true
      } else {
        open.append(RPCEndpoint(inherited: socket, .tls))
        hasTLS = true
      }
    }
    // The first is what local clients are told.
    if !hasTLS { open.insert(RPCEndpoint(tls, .tls), at: 0) }
    if !hasUnix { open.append(RPCEndpoint(.unix(path: unix), .either)) }
    if let insecure, !hasInsecure { open.append(RPCEndpoint(insecure, .plaintext)) }
    all = open
    areInherited = !inherited.isEmpty
  }
}
