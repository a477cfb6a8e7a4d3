import PatternLearning
import Testing

@Suite("Figures of retries")
struct RetryFiguresTests {
  @Test("count the retries of each type, those that failed again, and their most common error")
  func figures() throws {
    var runs = Runs()
    for number in 0..<30 {
      let error = number % 3 == 0 ? "timeout" : "no such table"
      runs.add(day: number / 5, workflow: "wf-\(number)", failed: true, error: error)
      let failsAgain = error == "no such table" && number % 2 == 0
      runs.add(day: number / 5, workflow: "wf-\(number)", failed: failsAgain, error: error)
    }
    runs.add("report", day: 6, failed: true)
    let figures = try learned(runs.observations).retryFigures()
    #expect(figures.keys.sorted() == ["etl"])
    let etl = try #require(figures["etl"])
    #expect(etl.retries == 30)
    #expect(etl.failures == 10)
    #expect(etl.failureRate == 10.0 / 30)
    #expect(etl.error == "no such table")
    #expect(etl.retriesOfError == 20)
    #expect(etl.failuresOfError == 10)
    #expect(etl.lastFailureDay == HistoryGenerator.firstDay + 5)
  }

  @Test("leave out weeks that were over before a day")
  func recentRetries() throws {
    var runs = Runs()
    for day in [0, 1, 20] {
      runs.add(day: day, workflow: "wf-\(day)", failed: true)
      runs.add(day: day, workflow: "wf-\(day)", failed: true)
    }
    let history = try learned(runs.observations)
    let since = HistoryGenerator.firstDay + 14
    #expect(history.retryFigures(since: since)["etl"]?.retries == 1)
    #expect(history.retryFigures()["etl"]?.retries == 3)
    #expect(history.retryFigures(since: since + 30).isEmpty)
  }
}
