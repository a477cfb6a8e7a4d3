import PostgresTesting
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

  @Test("a name stands for each of its addresses, and a socket or an address for itself")
  func places() async throws {
    let loop = try Loop(name: "test")
    try await loop.run { eventLoop in
      let conninfo = try Conninfo(parsing: "host=/tmp,localhost,name.invalid port=1,2,3")
      func places(_ index: Int) async throws -> [[Conninfo.Host]] {
        try await conninfo.places(
          of: conninfo.hosts[index], within: .seconds(20), on: eventLoop
        ).map { try $0.hosts }
      }
      #expect(try await places(0) == [[.init(name: "/tmp", address: "", port: "1")]])
      let local = try await places(1)
      #expect(local.allSatisfy { $0.count == 1 && $0[0].name == "localhost" && $0[0].port == "2" })
      #expect(local.contains { $0[0].address == "127.0.0.1" || $0[0].address == "::1" })
      #expect(await failure(PostgresError.self) { try await places(2) }?.kind == .connection)
    }
    await loop.stop()
  }

  @Test("where a standby is preferred, the hosts are gone over once for one and once for any")
  func passes() throws {
    func targets(_ text: String, _ target: PostgresOptions.Target = .any) throws -> [String?] {
      var options = PostgresOptions(conninfo: text)
      options.target = target
      var conninfo = try Conninfo(parsing: text)
      conninfo.add(options)
      return conninfo.passes.map { $0.keywords["target_session_attrs"] }
    }
    #expect(try targets("host=a,b target_session_attrs=prefer-standby") == ["standby", "any"])
    #expect(try targets("host=a,b") == [nil])
    #expect(try targets("host=a,b", .readWrite) == ["read-write"])
    #expect(try targets("host=a,b target_session_attrs=primary", .readWrite) == ["primary"])
  }

  @Test("a host that is gone is noticed, unless the string says otherwise")
  func keepalives() throws {
    var conninfo = try Conninfo(parsing: "host=a tcp_user_timeout=1000")
    conninfo.add(PostgresOptions(conninfo: ""))
    #expect(conninfo.keywords["tcp_user_timeout"] == "1000")
    #expect(conninfo.keywords["keepalives_idle"] == "15")
  }

  @Test("settings with spaces and backslashes reach the server whole")
  func startupOptions() {
    let options = PostgresOptions(conninfo: "", settings: ["search_path": "a, b\\c"])
    #expect(options.startupOptions.contains("-c search_path=a,\\ b\\\\c"))
  }

  @Test(
    "what is shown of one has none of its secrets",
    arguments: [
      ("postgresql://ann:hunter2@a,b/db", "user=ann password=*** dbname=db host=a,b"),
      ("postgresql:///db?user=ann&password=hunter2", "user=ann password=*** dbname=db"),
      (
        #"host=a password = 'hunter2 \' host=hunter2' sslpassword=hunter2 application_name='a \' b'"#,
        #"password=*** host=a application_name='a \' b' sslpassword=***"#
      ),
      ("", ""),
    ])
  func shown(conninfo: String, shown: String) {
    #expect(PostgresOptions.redacted(conninfo: conninfo) == shown)
  }

  @Test("nothing is shown of one that can't be read")
  func notShown() {
    #expect(PostgresOptions.redacted(conninfo: "host=a password hunter2") == nil)
  }
}
