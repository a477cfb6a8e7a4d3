import GRPCMessages
import RPC
import Testing

@testable import GRPCServices

/// On one actor, as calls are on their loop.
@MainActor
@Suite("A watch of health")
struct HealthWatchTests {
  private let registry = HealthRegistry(services: ["a.B"], status: .serving)

  /// What a watch tells, while each of `changes` is made once the watch has told what came before;
  /// then the registry is shut down.
  private func told(
    of service: String, _ changes: [(ServingStatus, String)] = []
  ) async throws -> [ServingStatus] {
    var told: [ServingStatus] = []
    var changes = changes[...]
    try await registry.watch(HealthCheckRequest(service: service)) { response in
      told.append(response.status)
      if let (status, service) = changes.popFirst() {
        registry.set(status, for: service)
      } else {
        registry.shutDown()
      }
    }
    return told
  }

  @Test("tells the status at once, then each change")
  func changes() async throws {
    let changes: [(ServingStatus, String)] = [(.notServing, "a.B"), (.serving, "a.B")]
    #expect(
      try await told(of: "a.B", changes) == [.serving, .notServing, .serving, .notServing])
  }

  @Test("tells SERVICE_UNKNOWN of a service that is not known, and goes on")
  func unknown() async throws {
    #expect(
      try await told(of: "b.C", [(.serving, "b.C")]) == [.serviceUnknown, .serving, .notServing])
  }

  @Test("is of the server as a whole where no service is named")
  func server() async throws {
    #expect(try await told(of: "", [(.unknown, "")]) == [.serving, .unknown, .notServing])
  }

  @Test("tells the latest of what has changed while it was telling, and nothing twice")
  func latest() async throws {
    var told: [ServingStatus] = []
    try await registry.watch(HealthCheckRequest(service: "a.B")) { response in
      told.append(response.status)
      switch told.count {
      case 1:
        registry.set(.unknown, for: "a.B")
        registry.set(.notServing, for: "a.B")
      case 2:
        // As it was: there is nothing to tell, and shutting down tells nothing more.
        registry.set(.serving, for: "a.B")
        registry.set(.notServing, for: "a.B")
        registry.shutDown()
      default: break
      }
    }
    #expect(told == [.serving, .notServing])
  }

  @Test("waits for a change, which wakes every watch of the service")
  func waiting() async throws {
    let watches = (0..<3).map { _ in
      Task { @MainActor in
        var told: [ServingStatus] = []
        try await registry.watch(HealthCheckRequest(service: "a.B")) { told.append($0.status) }
        return told
      }
    }
    while registry.watchCount < 3 { await Task.yield() }
    registry.shutDown()
    for watch in watches {
      let told = try await watch.value
      // Those that had not told the first yet tell the latest alone.
      #expect(told.last == .notServing)
    }
    #expect(registry.watchCount == 0)
  }

  @Test("ends when its task is cancelled, and is forgotten")
  func cancelled() async throws {
    let watch = Task { @MainActor in
      try await registry.watch(HealthCheckRequest(service: "b.C")) { _ in }
    }
    while registry.watchCount < 1 { await Task.yield() }
    watch.cancel()
    await #expect(throws: CancellationError.self) { try await watch.value }
    #expect(registry.watchCount == 0)
  }

  @Test("ends with what telling throws, and is forgotten")
  func failed() async throws {
    await #expect(throws: RPCStatus(.unavailable, "gone")) {
      try await registry.watch(HealthCheckRequest()) { _ in throw RPCStatus(.unavailable, "gone") }
    }
    #expect(registry.watchCount == 0)
  }

  @Test("of a registry that is shut down tells so and ends")
  func late() async throws {
    registry.shutDown()
    #expect(try await told(of: "a.B") == [.notServing])
    #expect(try await told(of: "b.C") == [.serviceUnknown])
  }

  @Test("refuses a name that is longer than any service's")
  func longName() async throws {
    let name = String(repeating: "a", count: 1025)
    await #expect(throws: RPCStatus(.invalidArgument, "service: must have at most 1024 bytes")) {
      try await registry.watch(HealthCheckRequest(service: name)) { _ in }
    }
    #expect(registry.watchCount == 0)
  }
}
