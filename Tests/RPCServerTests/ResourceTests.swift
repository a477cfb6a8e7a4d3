import HTTP2
import HTTPGateway
import RPC
import RPCTesting
import Testing

@testable import RPCServer
@testable import Reactor

@Suite("Requests for a resource", .timeLimit(.minutes(1)))
struct ResourceTests {
  private static let get = [
    HTTP2Field(":method", "GET"), HTTP2Field(":scheme", "http"), HTTP2Field(":path", "/page"),
    HTTP2Field(":authority", "localhost"),
  ]

  /// Makes requests that come to the loop of a server all at once, and returns what they were answered.
  private func answers(
    pages: Int, events: Events, of server: TestServer, calls: Bool = true
  ) async throws -> [String?] {
    try await onLoop { eventLoop in
      let client = try await WireClient.connect(to: server.address, on: eventLoop)
      let hold = try client.begin("/test.Echo/Hold")
      hold.send([0, 0, 0, 0, 0])
      await events.wait(for: "held")
      var asked: [WireCall] = []
      for _ in 0..<pages {
        let page = try client.begin(fields: Self.get)
        page.send([])
        asked.append(page)
      }
      if calls {
        let call = try client.begin("/test.Echo/Echo")
        call.send([0, 0, 0, 0, 0])
        asked.append(call)
      }
      events.record("go")
      for one in asked { await one.ended() }
      client.stream.close()
      return asked.map { $0[":status"] }
    }
  }

  private func start(
    _ events: Events, configure: (inout RPCServerConfiguration) -> Void = { _ in }
  ) async throws -> TestServer {
    try await TestServer.start {
      $0.gateway = HTTPGateway([], resources: [OnePage { events.record("page") }])
      configure(&$0)
    } handlers: { _ in
      [
        // The loop reads nothing meanwhile.
        "Hold": { blob, _ in
          events.record("held")
          while events.count("go") == 0 {}
          return blob
        },
        "Echo": { blob, _ in
          events.record("called after \(events.count("page"))")
          return blob
        },
      ]
    }
  }

  @Test("are served one at a time, and calls that come with them do not wait for them")
  func turns() async throws {
    let events = Events()
    let server = try await start(events)
    let answers = try await answers(pages: 50, events: events, of: server)
    await server.stop()
    #expect(answers == Array(repeating: "200", count: 51))
    #expect(events.count("page") == 50)
    #expect((0...1).contains { events.count("called after \($0)") == 1 })
  }

  @Test("are calls that run until they are served, of which a connection may have so many")
  func runningCalls() async throws {
    let events = Events()
    let server = try await start(events) { $0.maxRunningCalls = 10 }
    // Of the ten one is the call that holds the loop, until it is told.
    let answers = try await answers(pages: 20, events: events, of: server, calls: false)
    await server.stop()
    #expect(answers.filter { $0 == "503" }.count >= 10)
    #expect(answers.filter { $0 == "200" }.count == events.count("page"))
  }
}
