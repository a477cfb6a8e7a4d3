internal import CLibpq
internal import Reactor

/// The keywords of a connection string, and its hosts.
struct Conninfo {
  private(set) var keywords: [String: String] = [:]

  /// Parses a connection string or URI.
  init(parsing text: String) throws(PostgresError) {
    var message: UnsafeMutablePointer<CChar>?
    guard let options = PQconninfoParse(text, &message) else {
      // The message may quote the text, and with it a password.
      let detail = message.map { String(cString: $0) } ?? ""
      PQfreemem(message)
      throw PostgresError(.connection, "the connection string can't be parsed", detail: detail)
    }
    keywords = Self.given(options)
    PQconninfoFree(options)
    // Hosts may also come from the environment; they have to be resolved likewise.
    if keywords["host"] == nil, keywords["hostaddr"] == nil, let defaults = PQconndefaults() {
      let given = Self.given(defaults)
      PQconninfoFree(defaults)
      for keyword in ["host", "hostaddr", "port"] where keywords[keyword] == nil {
        keywords[keyword] = given[keyword]
      }
    }
  }

  private static func given(_ options: UnsafeMutablePointer<PQconninfoOption>) -> [String: String] {
    var given: [String: String] = [:]
    var option = options
    while let keyword = option.pointee.keyword {
      if let value = option.pointee.val, value.pointee != 0 {
        given[String(cString: keyword)] = String(cString: value)
      }
      option += 1
    }
    return given
  }

  /// One place to connect to.
  struct Host: Equatable {
    var name: String
    var address: String
    var port: String

    /// Whether the name has to be looked up: it is no socket's path, and no address is given.
    var needsAddress: Bool {
      address.isEmpty && !name.isEmpty && !name.hasPrefix("/") && !name.hasPrefix("@")
    }
  }

  /// The hosts in the order in which they are tried; empty means libpq's default, a local socket.
  var hosts: [Host] {
    get throws(PostgresError) {
      let names = list("host")
      let addresses = list("hostaddr")
      let ports = list("port")
      let count = max(names.count, addresses.count)
      guard names.isEmpty || addresses.isEmpty || names.count == addresses.count,
        ports.count <= 1 || ports.count == count || count == 0
      else { throw PostgresError(.connection, "host, hostaddr and port differ in number") }
      return (0..<count).map { index in
        Host(
          name: names.isEmpty ? "" : names[index],
          address: addresses.isEmpty ? "" : addresses[index],
          port: ports.count == 1 ? ports[0] : ports.isEmpty ? "" : ports[index])
      }
    }
  }

  private func list(_ keyword: String) -> [String] {
    keywords[keyword]?.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
      ?? []
  }

  /// The same for one host alone, of which libpq has nothing to look up.
  private func only(_ host: Host) -> Conninfo {
    var one = self
    one.keywords["host"] = host.name
    one.keywords["hostaddr"] = host.address
    one.keywords["port"] = host.port
    return one
  }

  /// Looks up a host's name, which libpq would do while blocking the loop, and returns a connection
  /// string for each of its addresses. Without a host it is the whole string.
  func places(
    of host: Host?, within limit: Duration, on eventLoop: EventLoop
  ) async throws(PostgresError) -> [Conninfo] {
    guard let host else { return [self] }
    guard host.needsAddress else { return [only(host)] }
    let found = Waiter<Result<[String], SystemError>?>()
    eventLoop.start {
      do throws(SystemError) {
        found.resolve(.success(try await eventLoop.resolve(host: host.name)))
      } catch {
        found.resolve(.failure(error))
      }
    }
    let timer = eventLoop.timer(after: limit) { found.resolve(nil) }
    defer { timer.cancel() }
    let answer = await found.wait(on: eventLoop, cancelled: { found.resolve(nil) }, begin: {})
    switch answer {
    case .success(let addresses):
      return addresses.map { only(Host(name: host.name, address: $0, port: host.port)) }
    case .failure(let error):
      throw PostgresError(.connection, "the host \(host.name) can't be resolved (\(error))")
    case nil:
      throw PostgresError(.connection, "the host \(host.name) can't be resolved in time")
    }
  }

  /// Adds what a session of ours needs; what the string says of the connection itself stays.
  mutating func add(_ options: PostgresOptions) {
    keywords["application_name"] = options.applicationName
    keywords["client_encoding"] = "UTF8"
    if options.keepsSessions {
      keywords["options"] =
        (keywords["options"].map { $0 + " " } ?? "") + options.startupOptions
    }
    keywords.merge(Self.defaults) { given, _ in given }
    if let target = options.target.rawValue {
      keywords["target_session_attrs"] = keywords["target_session_attrs"] ?? target
    }
  }

  private static let defaults = [
    // GSSAPI would be tried first, and its library blocks.
    "gssencmode": "disable",
    // A host that is gone is noticed within half a minute, also where nothing is asked of it.
    "keepalives_idle": "15",
    "keepalives_interval": "5",
    "keepalives_count": "3",
    "tcp_user_timeout": "20000",
  ]

  /// The strings to try one after the other, as `target_session_attrs` asks: libpq goes over the
  /// hosts a second time where a standby is preferred, and here each host is one string.
  var passes: [Conninfo] {
    guard keywords["target_session_attrs"] == "prefer-standby" else { return [self] }
    return ["standby", "any"].map { target in
      var pass = self
      pass.keywords["target_session_attrs"] = target
      return pass
    }
  }
}
