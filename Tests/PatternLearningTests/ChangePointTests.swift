import Foundation
import Testing

@testable import PatternLearning

@Suite("The search for a change point")
struct ChangePointTests {
  private func days(_ means: [Double], weight: Double = 20) -> [ChangePointTest.Day] {
    means.map { ChangePointTest.Day(weight: weight, mean: $0) }
  }

  private func test(
    _ days: [ChangePointTest.Day], variance: Double = 1, leastWeight: Double = 20
  ) -> ChangePointTest? {
    ChangePointTest(days: days, variance: variance, leastWeight: leastWeight)
  }

  @Test("finds the day", arguments: [4, 10, 15, 26])
  func day(index: Int) throws {
    var generator = SeededGenerator(state: UInt64(index))
    let means = (0..<30).map { ($0 < index ? 1.0 : 3) + 0.2 * generator.normal() }
    let change = try #require(test(days(means)))
    #expect(change.index == index)
    #expect(exp(change.lnP) < 1e-6)
  }

  @Test("gives the t of two samples for the one split that there is, doubled for both directions")
  func twoSamples() throws {
    // Means 2.5 and 6.5; squares 5 and 5; s^2 = 10 / 6, t = 4 / sqrt(s^2 (1/4 + 1/4)).
    let change = try #require(
      test(days([1, 2, 3, 4, 5, 6, 7, 8], weight: 1), variance: 0, leastWeight: 1))
    let t = 4 / (10.0 / 6 / 2).squareRoot()
    #expect(change.splits == 1)
    #expect(change.index == 4)
    #expect(abs(change.lnP - log(2) - lnStudentUpperTail(t, degreesOfFreedom: 6)) < 1e-12)
  }

  @Test("claims no more than the executions of a day allow, however alike the days are")
  func varianceOfExecutions() throws {
    let means = Array(repeating: 1.0, count: 10) + Array(repeating: 1.1, count: 10)
    let alike = try #require(test(days(means), variance: 0.0001))
    let noisy = try #require(test(days(means), variance: 1))
    #expect(exp(alike.lnP) < 1e-6)
    #expect(exp(noisy.lnP) > 0.5)
  }

  @Test("has nothing to say of too few days or executions")
  func tooLittle() {
    #expect(test(days([1, 1, 1, 5, 5, 5, 5])) == nil)
    #expect(test(days([])) == nil)
    #expect(test(days(Array(repeating: 1, count: 20), weight: 1), leastWeight: 20) == nil)
  }

  @Test("is wrong in at most 5% of series that do not change, though it tries each day")
  func falseAlarms() throws {
    let alarms = (0..<1_000).count { seed in
      var generator = SeededGenerator(state: UInt64(seed))
      // The days vary more than executions would make them.
      let means = (0..<40).map { _ in generator.normal() }
      return test(days(means), variance: 1).map { exp($0.lnP) <= 0.05 } ?? false
    }
    #expect(alarms <= 50)
    #expect(alarms > 0)
  }
}
