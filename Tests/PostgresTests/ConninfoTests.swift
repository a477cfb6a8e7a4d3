import Reactor
import Testing

@testable import Postgres

@Suite("Connection strings") struct ConninfoTests {
  @Test("hosts, addresses and ports go together by their places")
  func hosts() throws {
    let conninfo = try Conninfo(parsing: "host=a,/tmp,c hostaddr=1.2.3.4,, port=1,2,3")
    #expect(
      try conninfo.hosts == [
        .init(name: "a", address: "1.2.3.4", port: "1"),
        .init(name: "/tmp", address: "", port: "2"),
        .init(name: "c", address: "", port: "3"),
      ])
    #expect(try conninfo.hosts.map(\.needsAddress) == [false, false, true])
  }

  @Test("one port serves every host")
  func onePort() throws {
    let conninfo = try Conninfo(parsing: "postgresql://a,b/db?port=5433")
    #expect(try conninfo.hosts.map(\.port) == ["5433", "5433"])
  }

  @Test("hosts and ports that differ in number are refused")
  func mismatch() throws {
    let conninfo = try Conninfo(parsing: "host=a,b,c port=1,2")
    #expect(throws: PostgresError.self) { try conninfo.hosts }
  }

  @Test("an error about the string does not show it")
  func redacted() {
    let error = #expect(throws: PostgresError.self) {
      try Conninfo(parsing: "host=a password='secret")
    }
    #expect(error?.description.contains("secret") == false)
  }

  @Test("a name is resolved beside a socket, and one that is unknown is passed over")
  func resolution() async throws {
    let loop = try Loop(name: "test")
    try await loop.run { eventLoop in
      var conninfo = try Conninfo(parsing: "host=/tmp,localhost,name.invalid port=1,2,3")
      try await conninfo.resolveHosts(on: eventLoop)
      let hosts = try conninfo.hosts
      #expect(hosts.first == .init(name: "/tmp", address: "", port: "1"))
      #expect(hosts.dropFirst().allSatisfy { $0.name == "localhost" && $0.port == "2" })
      #expect(hosts.contains { $0.address == "127.0.0.1" || $0.address == "::1" })
    }
    await loop.stop()
  }

  @Test("settings with spaces and backslashes reach the server whole")
  func startupOptions() {
    let options = PostgresOptions(conninfo: "", settings: ["search_path": "a, b\\c"])
    #expect(options.startupOptions.contains("-c search_path=a,\\ b\\\\c"))
  }
}
