import ArgumentParser
import Foundation
import Identity
import RPCClient
import Reactor
import TLS
import WorkflowHistoryClient

/// Which server a command calls, and as whom.
struct ServerOptions: ParsableArguments {
  @OptionGroup var dataDirectory: DataDirectory

  @Option(
    help: ArgumentHelp(
      "The server: HOST:PORT (TLS), or unix:PATH. Or set WORKFLOW_HISTORY_ADDRESS. Default: the "
        + "server that runs on the data directory, as DIR/address says.",
      valueName: "address"))
  var address: String?

  @Option(
    help: ArgumentHelp(
      "A PEM file with the authorities that may vouch for the server. Or set WORKFLOW_HISTORY_CA. "
        + "Default: DIR/tls/ca.pem if there is one, else what the system trusts.",
      valueName: "file"))
  var ca: String?

  @Option(
    help: ArgumentHelp(
      "The access token. Better set WORKFLOW_HISTORY_TOKEN: other users see the flags. Default, "
        + "where DIR/jwt/secret is readable: a token of one minute, signed with it, for you "
        + "(your name in the operating system) with the scopes that the command needs.",
      valueName: "jwt"))
  var token: String?

  @Option(
    help: ArgumentHelp(
      "How long to wait for the answer: a number and s, m, h or d.", valueName: "time"))
  var timeout = TimeSpan(.seconds(60))

  /// Connects, makes one call, and says in one line what went wrong if something did.
  ///
  /// - Parameters:
  ///   - scopes: what a token that is signed here allows.
  ///   - retries: the wait before the call is tried again, or goes on where it broke off. Without one
  ///     whoever waits at a terminal hears at once that the server is away.
  func call<Response>(
    scopes: Set<Scope> = [.historyWrite], retries: Backoff? = nil,
    _ body: (WorkflowHistoryClient) async throws -> Response
  ) async throws -> Response {
    ignoreBrokenPipes()
    return try await reporting {
      let client = try await connect(scopes, retries)
      do {
        let response = try await body(client)
        await client.close()
        return response
      } catch {
        await client.close()
        throw error
      }
    }
  }

  private func connect(
    _ scopes: Set<Scope>, _ retries: Backoff?
  ) async throws -> WorkflowHistoryClient {
    let address = try serverAddress()
    let token = try accessToken(scopes)
    let security: RPCChannel.Security =
      switch address {
      case .tcp(let host, _): .tls(try .client(trusting: authorities()), host: host)
      case .unix: .plaintext
      }
    return try await .connect(
      to: address, security, token: token,
      options: ClientOptions(timeout: timeout.duration, retries: retries))
  }

  private func serverAddress() throws -> SocketAddress {
    if let named = address ?? Self.environment("WORKFLOW_HISTORY_ADDRESS") {
      guard let address = SocketAddress(named) else {
        throw fail("\(named) is no address: HOST:PORT, [IPV6]:PORT or unix:PATH")
      }
      return address
    }
    guard let announced = try? String(contentsOfFile: dataDirectory.address, encoding: .utf8),
      let address = SocketAddress(announced.trimmingCharacters(in: .whitespacesAndNewlines))
    else {
      throw fail(
        "no server runs on \(dataDirectory.path): start one with `workflow-history serve`, or say "
          + "--address or --data-dir")
    }
    return address.reachable
  }

  private func authorities() throws -> String? {
    let own = dataDirectory.certificateAuthority
    guard let named = ca ?? Self.environment("WORKFLOW_HISTORY_CA") else {
      return FileManager.default.isReadableFile(atPath: own) ? own : nil
    }
    guard FileManager.default.isReadableFile(atPath: named) else {
      throw fail("the authorities' file \(named) can't be read")
    }
    return named
  }

  private func accessToken(_ scopes: Set<Scope>) throws -> AccessToken {
    if let token = token ?? Self.environment("WORKFLOW_HISTORY_TOKEN") { return .constant(token) }
    guard FileManager.default.isReadableFile(atPath: dataDirectory.tokenSecret) else {
      throw fail(
        "no access token: set WORKFLOW_HISTORY_TOKEN or say --token (there is no readable "
          + "\(dataDirectory.tokenSecret) to sign one with)")
    }
    let issuer = TokenIssuer(key: try SigningKey(path: dataDirectory.tokenSecret))
    return .provided {
      try await issuer.sign(
        user: NSUserName(), scopes: scopes, expiresIn: .seconds(60), now: Date())
    }
  }

  /// A variable that is set to something.
  private static func environment(_ name: String) -> String? {
    ProcessInfo.processInfo.environment[name].flatMap { $0.isEmpty ? nil : $0 }
  }
}

extension SocketAddress {
  /// Where a client on this machine reaches a server that listens here: one that listens on every
  /// interface is reached by the loopback, for which its certificate is good.
  var reachable: SocketAddress {
    switch self {
    case .tcp("0.0.0.0", let port): .tcp(host: "127.0.0.1", port: port)
    case .tcp("::", let port): .tcp(host: "::1", port: port)
    default: self
    }
  }
}
