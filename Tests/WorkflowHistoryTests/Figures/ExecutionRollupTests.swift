import Testing

@testable import WorkflowHistory

@Suite("Rollups")
struct ExecutionRollupTests {
  private func contribution(_ generator: inout SeededGenerator) -> ExecutionContribution {
    let durations: [Double?] = [nil, 0, 5, 5.0.nextDown, 300, 1e-7, 1e9, 9.3e12, 1e308]
    return ExecutionContribution(
      status: WorkflowStatus.allCases.randomElement(using: &generator)!,
      durationSeconds: Bool.random(using: &generator)
        ? durations.randomElement(using: &generator)!
        : Double.random(in: 0..<400, using: &generator),
      errorFingerprint: ["a", "b", nil].randomElement(using: &generator)!)
  }

  private func rollup(_ contributions: [ExecutionContribution]) -> ExecutionRollup {
    var rollup = ExecutionRollup()
    for contribution in contributions { rollup.add(contribution) }
    return rollup
  }

  private func contributions(_ generator: inout SeededGenerator) -> [ExecutionContribution] {
    (0..<Int.random(in: 0..<60, using: &generator)).map { _ in contribution(&generator) }
  }

  @Test("are as they were when what was added is taken away", arguments: 0..<50 as Range<UInt64>)
  func inverse(seed: UInt64) {
    var generator = SeededGenerator(state: seed)
    let before = rollup(contributions(&generator))
    let others = contributions(&generator)
    var after = before
    // Also before it is added.
    for other in others.shuffled(using: &generator) { after.remove(other) }
    if !others.isEmpty { #expect(after != before) }
    for other in others.shuffled(using: &generator) { after.add(other) }
    #expect(after == before)
    after.merge(before, times: -1)
    #expect(after.isEmpty)
  }

  @Test("add up to the rollup of all", arguments: 0..<50 as Range<UInt64>)
  func merging(seed: UInt64) {
    var generator = SeededGenerator(state: seed)
    let some = contributions(&generator)
    let others = contributions(&generator)
    var sum = rollup(some)
    sum.merge(rollup(others))
    #expect(sum == rollup((others + some).shuffled(using: &generator)))
    #expect(sum.counts.total == Int64(some.count + others.count))
  }

  @Test("have exact sums of durations, each rounded to the microsecond, in their classes")
  func sums() {
    let durations = [0.1, 0.2, 2.5e-6, 3.5e-6, 5, 59.723323822, 299, 300, 1e9]
    let rollup = rollup(
      durations.map {
        ExecutionContribution(status: .completed, durationSeconds: $0, errorFingerprint: nil)
      })
    #expect(rollup.durations.classes.map(\.count) == [4, 1, 1, 1, 2])
    #expect(
      rollup.durations.classes.map(\.sumMicroseconds)
        == [300_006, 5_000_000, 59_723_324, 299_000_000, 1_000_000_300_000_000])
  }

  @Test("have sums past the largest integer of 64 bits")
  func enormousSums() {
    let longest = ExecutionContribution(
      status: .failed, durationSeconds: 1e308, errorFingerprint: nil)
    let rollup = rollup([longest, longest, longest])
    #expect(rollup.durations.sumMicroseconds == 27_600_000_000_000_000_000)
  }

  @Test("tell fingerprints apart by their bytes, though they be the same characters")
  func exactFingerprints() throws {
    var errors = ErrorCounts()
    errors.add(1, "\u{E9}")
    errors.add(2, "e\u{301}")
    #expect(errors.counts.count == 2)
    #expect(try ErrorCounts(encoded: errors.encoded) == errors)
  }

  @Test("count errors by fingerprint, and keep none that does not occur")
  func errors() {
    var rollup = rollup(
      ["a", "b", "a", nil].map {
        ExecutionContribution(status: .failed, durationSeconds: nil, errorFingerprint: $0)
      })
    #expect(rollup.errors.counts == ["a": 2, "b": 1])
    rollup.errors.add(-1, "b")
    #expect(rollup.errors.counts == ["a": 2])
  }

  @Test("come back from their bytes as they were", arguments: 0..<100 as Range<UInt64>)
  func roundTrip(seed: UInt64) throws {
    var generator = SeededGenerator(state: seed)
    var rollup = rollup(contributions(&generator))
    for other in contributions(&generator) { rollup.remove(other) }
    rollup.merge(rollup, times: Int64.random(in: 1..<1_000_000_000, using: &generator))
    let figures = rollup.durations
    #expect(try DurationFigures(encoded: figures.encoded) == figures)
    #expect(try ErrorCounts(encoded: rollup.errors.encoded) == rollup.errors)
    // Adding bytes is adding the figures in them.
    var sum = figures
    try sum.merge(encoded: figures.encoded)
    var twice = figures
    twice.merge(figures)
    #expect(sum == twice)
  }

  @Test("take no bytes without durations, and about one for each length of a few")
  func size() {
    #expect(DurationFigures().encoded == [])
    var generator = SeededGenerator(state: 9)
    var figures = DurationFigures()
    for _ in 0..<300 { figures.add(Double.random(in: 1...60, using: &generator)) }
    let buckets = figures.histogram.buckets.count
    #expect(buckets > 100)
    #expect(figures.encoded.count < buckets + 40)
  }

  @Test("are not made of bytes that were cut, or that nobody wrote")
  func malformed() throws {
    var figures = DurationFigures()
    for duration in [0, 1, 70, 70, 1e9] { figures.add(duration, times: 100) }
    let bytes = figures.encoded
    // A cut between two buckets leaves figures, but other ones.
    for count in 1..<bytes.count {
      let cut = try? DurationFigures(encoded: Array(bytes.prefix(count)))
      #expect(cut != figures)
    }
    let forged: [[UInt8]] = [
      [2], [0], Array(repeating: 0xFF, count: 40), [1] + Array(repeating: 0x80, count: 30),
      bytes + [0x80], bytes + [0xF8, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F],
    ]
    for bytes in forged {
      #expect(throws: MalformedBytes.self) { try DurationFigures(encoded: bytes) }
    }
    for bytes: [UInt8] in [[2], [1, 9, 65, 2], [1, 1, 65], [1, 0xFF, 0xFF]] {
      #expect(throws: MalformedBytes.self) { try ErrorCounts(encoded: bytes) }
    }
  }
}
