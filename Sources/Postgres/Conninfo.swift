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

  /// Replaces the hosts.
  mutating func setHosts(_ hosts: [Host]) {
    guard !hosts.isEmpty else { return }
    keywords["host"] = hosts.map(\.name).joined(separator: ",")
    keywords["port"] = hosts.map(\.port).joined(separator: ",")
    keywords["hostaddr"] = hosts.map(\.address).joined(separator: ",")
  }

  /// Looks up the hosts' names, which libpq would do while blocking the loop. A name that is not
  /// found is passed over, as long as there is another host.
  mutating func resolveHosts(on eventLoop: EventLoop) async throws(PostgresError) {
    let given = try hosts
    var resolved: [Host] = []
    var failure: SystemError?
    for host in given {
      guard host.needsAddress else {
        resolved.append(host)
        continue
      }
      do {
        for address in try await eventLoop.resolve(host: host.name) {
          resolved.append(Host(name: host.name, address: address, port: host.port))
        }
      } catch {
        failure = error
      }
    }
    if resolved.isEmpty, let failure {
      throw PostgresError(.connection, "a host's name can't be resolved (\(failure))")
    }
    setHosts(resolved)
  }

  /// Adds what a session of ours needs; what the string says of the connection itself stays.
  mutating func add(_ options: PostgresOptions) {
    keywords["application_name"] = options.applicationName
    keywords["client_encoding"] = "UTF8"
    keywords["options"] =
      (keywords["options"].map { $0 + " " } ?? "") + options.startupOptions
    // GSSAPI would be tried first, and its library blocks.
    keywords["gssencmode"] = keywords["gssencmode"] ?? "disable"
  }
}
