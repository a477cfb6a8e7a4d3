import GRPCMessages
import RPC
import Testing

@testable import GRPCServices

@Suite("A registry of health")
struct HealthRegistryTests {
  private let registry = HealthRegistry(services: ["a.B"], status: .serving)

  @Test("tells how a service and the server as a whole are")
  func check() throws {
    registry.set(.notServing)
    #expect(try registry.check(HealthCheckRequest()).status == .notServing)
    #expect(try registry.check(HealthCheckRequest(service: "a.B")).status == .serving)
    registry.set(.notServing, for: "a.B")
    #expect(try registry.check(HealthCheckRequest(service: "a.B")).status == .notServing)
  }

  @Test("does not find a service that has no status, until it has one")
  func unknown() throws {
    let request = HealthCheckRequest(service: "b.C")
    #expect(throws: RPCStatus(.notFound, "unknown service")) { try registry.check(request) }
    registry.set(.serving, for: "b.C")
    #expect(try registry.check(request).status == .serving)
  }

  @Test("lists all services, and refuses to list more than 100")
  func list() throws {
    #expect(try registry.list().statuses == ["": .serving, "a.B": .serving])
    for number in 3...100 { registry.set(.unknown, for: "\(number)") }
    #expect(try registry.list().statuses.count == 100)
    registry.set(.serving, for: "one more")
    #expect(
      throws: RPCStatus(.resourceExhausted, "there are more than 100 services to list")
    ) { try registry.list() }
  }

  @Test("says that nothing is served once it is shut down, whatever is set later")
  func shutDown() throws {
    registry.shutDown()
    registry.set(.serving, for: "a.B")
    registry.set(.serving, for: "b.C")
    #expect(try registry.list().statuses == ["": .notServing, "a.B": .notServing])
  }
}
