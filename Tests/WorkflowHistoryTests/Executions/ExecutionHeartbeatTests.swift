import Testing
import WorkflowHistory

@Suite("Heartbeats of executions")
struct ExecutionHeartbeatTests {
  private let id = ExecutionID(high: 0x0191_2345_6789_7ABC, low: 0x8123_4567_89AB_CDEF)

  @Test("a timeout of 0 is a minute, and others are themselves, to a day")
  func timeouts() throws {
    for (sent, seconds) in [(0, 60), (1, 1), (86_400, 86_400)] as [(Int32, Int32)] {
      #expect(
        try ExecutionHeartbeat(id: id, checkingTimeout: sent)
          == ExecutionHeartbeat(id: id, timeoutSeconds: seconds))
    }
  }

  @Test("a timeout out of its limits is refused by its name", arguments: [-1, 86_401, .min, .max])
  func refused(seconds: Int32) {
    #expect(
      throws: HistoryError.invalid("timeout_seconds", "must be 1 to 86,400, or 0 for 60")
    ) { try ExecutionHeartbeat(id: id, checkingTimeout: seconds) }
  }

  @Test("only what is RUNNING has any", arguments: WorkflowStatus.allCases)
  func statuses(status: WorkflowStatus) {
    let heartbeat = ExecutionHeartbeat(id: id, timeoutSeconds: 60)
    var code: HistoryError.Code?
    do { try heartbeat.check(status: status) } catch { code = error.code }
    #expect(code == (status == .running ? nil : .failedPrecondition))
  }
}
