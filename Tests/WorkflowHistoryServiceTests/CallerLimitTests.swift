import Identity
import ProtobufMessages
import RPC
import RPCTesting
import Synchronization
import Testing
import WorkflowHistoryMessages
import WorkflowHistoryTesting

@testable import WorkflowHistoryService

@Suite("Callers who are held to their limits")
struct CallerLimitTests {
  @Test(
    "the answer to a refused call waits its turn, but for half of the time that its caller gives it",
    arguments: [
      (nil, Duration.seconds(1)), (.seconds(60), .seconds(1)), (.seconds(1), .milliseconds(500)),
      (.milliseconds(20), .milliseconds(10)),
    ] as [(Duration?, Duration)])
  func holds(timeout: Duration?, expected: Duration) async throws {
    let now = ContinuousClock.now
    let use = CallerUse(CallerLimits(concurrentCalls: 1), clock: { now })
    try use.admit("ann")
    // As many refusals as are answered at once, and as many more as wait.
    for _ in 0..<200 { #expect(throws: RPCStatus.self) { try use.admit("ann") } }
    let pauses = Mutex<[Duration]>([])
    let limited = CallerLimitInterceptor(use) { pause in pauses.withLock { $0.append(pause) } }
    let status = try await Service(caller: Principal(userID: "ann"), limited)
      .status("GetWorkflowStatistics", GetWorkflowStatisticsRequest(), timeout: timeout)
    #expect(status?.code == .resourceExhausted)
    #expect(pauses.withLock { $0 } == [expected])
  }
}
