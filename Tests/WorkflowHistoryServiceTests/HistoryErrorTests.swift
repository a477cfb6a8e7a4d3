import Identity
import ProtobufMessages
import RPC
import Testing
import WorkflowHistory
import WorkflowHistoryMessages
import WorkflowHistoryTesting

@Suite("What the store throws")
struct HistoryErrorTests {
  private static let codes: [(HistoryError.Code, RPCStatusCode)] = [
    (.invalidArgument, .invalidArgument), (.notFound, .notFound),
    (.alreadyExists, .alreadyExists), (.permissionDenied, .permissionDenied),
    (.failedPrecondition, .failedPrecondition), (.aborted, .aborted),
    (.resourceExhausted, .resourceExhausted), (.unavailable, .unavailable),
    (.deadlineExceeded, .deadlineExceeded), (.internal, .internal),
  ]

  private func status(_ failure: any Error) async throws -> RPCStatus? {
    let service = Service(caller: Principal(userID: "alice"))
    service.store.failure = failure
    return try await service.status(
      "GetWorkflowExecution", GetWorkflowExecutionRequest(id: Samples.id))
  }

  @Test("is answered with the status of the same name and the same words", arguments: codes)
  func answered(code: HistoryError.Code, expected: RPCStatusCode) async throws {
    #expect(try await status(HistoryError(code, "why")) == RPCStatus(expected, "why"))
  }

  @Test("carries its fields and its wait as details")
  func details() async throws {
    let error = HistoryError(
      .unavailable, "later",
      violations: [
        .init(field: "a", description: "is bad"), .init(field: "b", description: "is worse"),
      ], retryAfter: .milliseconds(250))
    #expect(
      try await status(error)?.details == [
        .badRequest([
          FieldViolation(field: "a", description: "is bad"),
          FieldViolation(field: "b", description: "is worse"),
        ]), .retryInfo(.milliseconds(250)),
      ])
  }

  @Test("goes through as it is where it is no refusal: the transport says INTERNAL of it")
  func foreign() async throws {
    struct Broken: Error {}
    await #expect(throws: Broken.self) { try await status(Broken()) }
  }
}
