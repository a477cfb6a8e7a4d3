import ProtobufMessages
import RPC
import RPCClient
import RPCTesting
import Synchronization
import Testing
import WorkflowHistory
import WorkflowHistoryClient
import WorkflowHistoryMessages
import WorkflowHistoryTesting

@Suite("Exports and imports of the client", .timeLimit(.minutes(1)))
struct ArchiveTests {
  private static let away = RPCStatus(.unavailable, "away")

  private static func archived(_ number: Int) -> ArchivedExecution {
    var archived = ArchivedExecution(Samples.execution, saveDigest: Array(0..<32))
    archived.fields.workflowID = "wf-\(number)"
    return archived
  }

  /// A server whose calls to export answer with so many executions each, and end so.
  private static func exporting(
    _ calls: (parts: [Int], end: RPCStatus?)...
  ) async throws -> (server: HistoryServer, begun: Events) {
    let begun = Events()
    let server = try await HistoryServer.start { service in
      service.serverStreaming("ExportWorkflowExecutions") {
        (
          request: ExportWorkflowExecutionsRequest,
          responses: ResponseWriter<ExportWorkflowExecutionsResponse>, _
        ) in
        begun.record("call")
        let (parts, end) = calls[min(begun.count("call"), calls.count) - 1]
        var number = 0
        for count in parts {
          let executions = (number..<number + count).map(archived)
          let total = number == 0 && request.includesTotal ? Int64(parts.reduce(0, +)) : nil
          try await responses.write(
            ExportWorkflowExecutionsResponse(
              part: ExportPart(executions: executions, total: total)))
          number += count
        }
        if let end { throw end }
      }
    }
    return (server, begun)
  }

  @Test("an export is all executions of all answers, and the total where it was asked for")
  func export() async throws {
    let (server, _) = try await Self.exporting(([2, 0, 3], nil))
    let client = try await server.connect()
    for includesTotal in [true, false] {
      var exported = client.export(
        ExportWorkflowExecutionsRequest(includesTotal: includesTotal)
      ).makeAsyncIterator()
      #expect(exported.total == nil)
      var found: [ArchivedExecution] = []
      while let next = try await exported.next() { found.append(next) }
      #expect(found == (0..<5).map(Self.archived))
      #expect(exported.total == (includesTotal ? 5 : nil))
    }
    await client.close()
    await server.stop()
  }

  @Test("an export that could not begin is begun again, and one that broke off is not")
  func breaks() async throws {
    let (server, begun) = try await Self.exporting(([], Self.away), ([2], Self.away))
    let client = try await server.connect(ClientOptions(retries: Waits().backoff))
    var exported = client.export().makeAsyncIterator()
    for number in 0..<2 { #expect(try await exported.next() == Self.archived(number)) }
    #expect(begun.count("call") == 2)
    do {
      _ = try await exported.next()
      Issue.record("it goes on")
    } catch {
      #expect(error.code == .unavailable)
    }
    #expect(try await exported.next() == nil)
    #expect(begun.count("call") == 2)
    await client.close()
    await server.stop()
  }

  @Test("an import sends what it is given as it is, and goes on where it broke off")
  func importing() async throws {
    let received = Mutex<[[ArchivedExecution]]>([])
    let server = try await HistoryServer.start { service in
      service.bidirectional("ImportWorkflowExecutions") {
        (
          requests: RequestStream<ImportWorkflowExecutionsRequest>,
          responses: ResponseWriter<ImportWorkflowExecutionsResponse>, _
        ) in
        let call = received.withLock { received in
          received.append([])
          return received.count - 1
        }
        for try await request in requests {
          let executions = try request.items.map { try $0.get() }
          let count = received.withLock { received in
            received[call] += executions
            return received[call].count
          }
          // The first call ends with something that was not answered.
          if call == 0, count > 150 { throw Self.away }
          try await responses.write(
            ImportWorkflowExecutionsResponse(
              outcomes: executions.map { SaveOutcome(index: 0, id: $0.fields.id) }))
        }
      }
    }
    let client = try await server.connect(ClientOptions(retries: Waits().backoff))
    let all = (0..<300).map(Self.archived)
    let source = AsyncStream { continuation in
      for archived in all { continuation.yield(archived) }
      continuation.finish()
    }
    var indices: [Int64] = []
    for try await outcome in client.importExecutions(source) { indices.append(outcome.index) }
    #expect(indices == Array(0..<300))
    let (first, second) = received.withLock { ($0[0], $0[1]) }
    let answered = 300 - second.count
    #expect(answered > 0 && answered < first.count)
    #expect(Array(all[answered...]) == second)
    await client.close()
    await server.stop()
  }
}
