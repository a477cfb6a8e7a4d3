import PatternLearning
import Testing
import WorkflowHistory

@Suite("Tips about retries") struct RetryTipTests {
  private func tip(
    _ failures: Int64, of retries: Int64, among types: Int64 = 1
  ) -> OptimizationTip? {
    OptimizationTip(
      retries: RetryFigures(
        retries: retries, failures: failures, error: nil, retriesOfError: 0, failuresOfError: 0,
        lastFailureDay: 20_000), of: "etl", among: types)
  }

  @Test("tell retries that mostly fail again, with the error that most of these followed")
  func storm() throws {
    let figures = RetryFigures(
      retries: 40, failures: 32, error: "no such table \"a\"", retriesOfError: 31,
      failuresOfError: 31, lastFailureDay: 20_000)
    let tip = try #require(OptimizationTip(retries: figures, of: "etl", among: 3))
    #expect(tip.kind == .retryStorm)
    #expect(tip.severity == .warning)
    #expect(
      tip.text
        == "Executions of etl that follow a failure of the same workflow fail again in 80% of "
        + #"cases (32 of 40); after "no such table \"a\"" in 100% of cases (31 of 31). "#
        + "Consider waiting longer between retries, or failing for good sooner.")
    #expect(tip.executions == 32)
    #expect(tip.subject == "etl")
    #expect(
      tip.evidence.map(\.name) == [
        "retries", "failed_retries", "failure_rate_percent", "retries_of_error",
        "failed_retries_of_error", "p_value",
      ])
    #expect(tip.evidence.map(\.value).prefix(5) == [40, 32, 80, 31, 31])
    // As many heads of 40 tosses, or more.
    #expect(abs(tip.evidence[5].value - 9.108e-5) < 1e-7)
    #expect(tip.sampleIDs.isEmpty)
  }

  @Test("do not name an error that is not known")
  func unknownError() throws {
    let tip = try #require(self.tip(40, of: 40))
    #expect(tip.text.contains("in 100% of cases (40 of 40). Consider"))
    #expect(
      tip.evidence.map(\.name) == ["retries", "failed_retries", "failure_rate_percent", "p_value"])
  }

  @Test("ask for twenty retries, two of three in vain, and more than chance gives")
  func thresholds() {
    #expect(tip(19, of: 19) == nil)
    #expect(tip(20, of: 20) != nil)
    // 2% of fair coins show 15 heads of 20, and 0.6% show 16.
    #expect(tip(15, of: 20) == nil)
    #expect(tip(16, of: 20) != nil)
    // One in 2,500 shows 67 heads of 100.
    #expect(tip(66, of: 99) != nil)
    #expect(tip(66, of: 100) == nil)
    #expect(tip(67, of: 100) != nil)
    #expect(tip(5200, of: 10_000) == nil)
    #expect(tip(0, of: 100) == nil)
    #expect(tip(0, of: 0) == nil)
    #expect(tip(101, of: 100) == nil)
  }

  @Test("ask for more the more types are looked at")
  func correction() {
    #expect(tip(16, of: 20, among: 2) == nil)
    #expect(tip(17, of: 20, among: 7) != nil)
    #expect(tip(17, of: 20, among: 8) == nil)
  }

  @Test("are critical where nine of ten fail again")
  func severity() {
    #expect(tip(17, of: 20)?.severity == .warning)
    #expect(tip(18, of: 20)?.severity == .critical)
  }
}
