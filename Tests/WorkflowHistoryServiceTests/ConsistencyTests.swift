import Identity
import ProtobufMessages
import RPC
import Testing
import WorkflowHistoryMessages
import WorkflowHistoryTesting

@Suite("history-consistency") struct ConsistencyTests {
  private static let reads: [(String, any EncodableMessage & Sendable)] = [
    ("GetWorkflowExecution", GetWorkflowExecutionRequest(id: Samples.id)),
    ("GetUserWorkflowHistory", GetUserWorkflowHistoryRequest()),
    ("GetWorkflowStatistics", GetWorkflowStatisticsRequest()),
    ("GetPerformanceMetrics", GetPerformanceMetricsRequest()),
    ("ListLearnedPatterns", ListLearnedPatternsRequest()),
    ("EstimateWorkflowExecution", EstimateWorkflowExecutionRequest(workflowType: "etl")),
  ]

  private func metadata(_ value: String) -> Metadata {
    var metadata = Metadata()
    metadata.add("history-consistency", value)
    return metadata
  }

  @Test("strong reads see every write, and others what is nearest")
  func routes() async throws {
    for (method, request) in Self.reads {
      for (value, isStrong) in [("strong", true), ("eventual", false)] {
        let service = Service(caller: Principal(userID: "alice"))
        try await service.call(method, request, metadata: metadata(value))
        #expect(service.store.requests.count == (isStrong ? 0 : 1))
        #expect(service.store.consistentStore.requests.count == (isStrong ? 1 : 0))
      }
    }
  }

  @Test("anything else is refused")
  func refused() async throws {
    let service = Service(caller: Principal(userID: "alice"))
    let status = try await service.status(
      Self.reads[0].0, Self.reads[0].1, metadata: metadata("Strong"))
    #expect(status?.code == .invalidArgument)
    #expect(service.store.requests.isEmpty)
  }
}
