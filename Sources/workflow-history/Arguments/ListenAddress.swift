import ArgumentParser
import Reactor

/// Where to listen by TCP: `HOST:PORT` or `[IPV6]:PORT`.
struct ListenAddress: ExpressibleByArgument, ArgumentForm {
  let socketAddress: SocketAddress

  init(host: String, port: UInt16) { socketAddress = .tcp(host: host, port: port) }

  init?(argument: String) {
    guard let address = SocketAddress(argument), case .tcp = address else { return nil }
    socketAddress = address
  }

  var defaultValueDescription: String { socketAddress.description }

  static var form: String { "HOST:PORT or [IPV6]:PORT" }
}
