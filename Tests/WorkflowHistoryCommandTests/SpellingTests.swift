import Testing
import WorkflowHistory

@testable import workflow_history

@Suite("What people read")
struct SpellingTests {
  @Test(
    "spells a duration in the units that people use",
    arguments: [
      (0, "0 ms"), (0.25, "250 ms"), (0.9996, "1.0 s"), (12.54, "12.5 s"), (59.96, "1m 00s"),
      (245, "4m 05s"), (3599.6, "1h 00m"), (11_520, "3h 12m"), (1e300, "1e+300 s"),
    ] as [(Double, String)])
  func durations(seconds: Double, text: String) {
    #expect(spelled(seconds: seconds) == text)
  }

  @Test(
    "spells an age in its largest unit, and a clock that is ahead as now",
    arguments: [
      (-5, "now"), (0, "now"), (90, "90s"), (120, "2m"), (7200, "2h"), (172_800, "2d"),
    ] as [(Int64, String)])
  func ages(seconds: Int64, text: String) {
    let instant = Timestamp(microseconds: 0)
    #expect(spelled(age: instant, at: Timestamp(microseconds: seconds * 1_000_000)) == text)
  }

  @Test("spells two decimals")
  func decimals() {
    #expect([0, 99.5, 66.67, 100].map(spelled(decimals:)) == ["0.00", "99.50", "66.67", "100.00"])
  }

  @Test(
    "takes a status by its name in any case, with the prefix or without",
    arguments: ["FAILED", "failed", "WORKFLOW_STATUS_FAILED"])
  func statuses(text: String) {
    #expect(WorkflowStatus(argument: text) == .failed)
  }

  @Test("takes no other status", arguments: ["", "DONE", "WORKFLOW_STATUS_UNSPECIFIED", "4"])
  func noStatus(text: String) {
    #expect(WorkflowStatus(argument: text) == nil)
  }
}
