import PatternLearning

/// An execution that an estimate was made of, and what became of it.
struct HeldOutRun {
  let group: String
  /// Nil where it failed.
  let durationSeconds: Double?
  let p50: Double
  let p90: Double
  /// Which part of the executions that it is like took longer than it.
  let longerShare: Double?
  let failureProbability: Double

  /// Nil where nothing is known to estimate by.
  init?(_ run: EstimateHistory.Run, _ estimate: EstimateModel.Estimate) {
    guard let p50 = estimate.p50DurationSeconds, let p90 = estimate.p90DurationSeconds,
      let failureProbability = estimate.failureProbability
    else { return nil }
    group = run.group
    durationSeconds = run.observation.hasFailed ? nil : run.observation.durationSeconds
    self.p50 = p50
    self.p90 = p90
    longerShare = durationSeconds.flatMap(estimate.longerShare)
    self.failureProbability = failureProbability
  }

  var hasFailed: Bool { durationSeconds == nil }

  /// A line for each, with tabs between.
  static func table(_ runs: [HeldOutRun]) -> String {
    let lines = runs.map { run in
      [
        run.group, run.durationSeconds.map { "\($0 / run.p90)" } ?? "",
        run.longerShare.map { "\($0)" } ?? "", "\(run.failureProbability)",
        run.hasFailed ? "1" : "0",
      ].joined(separator: "\t")
    }
    let names = ["group", "of_p90", "longer_share", "failure_probability", "failed"]
    return ([names.joined(separator: "\t")] + lines).joined(separator: "\n") + "\n"
  }
}

/// How estimates compare with what happened.
struct CalibrationReport: CustomStringConvertible {
  /// Executions that completed, and how many stayed within what was estimated.
  struct Coverage {
    var runs = 0
    var withinP50 = 0
    var withinP90 = 0

    mutating func add(_ run: HeldOutRun, _ seconds: Double) {
      runs += 1
      withinP50 += seconds <= run.p50 ? 1 : 0
      withinP90 += seconds <= run.p90 ? 1 : 0
    }

    var p50Coverage: Double { Double(withinP50) / Double(runs) }
    var p90Coverage: Double { Double(withinP90) / Double(runs) }
  }

  /// Executions with about the same estimated chance of a failure.
  struct Bin {
    let range: Range<Double>
    var runs = 0
    var failures = 0
    var sum = 0.0

    var expected: Double { sum / Double(runs) }
    var failed: Double { Double(failures) / Double(runs) }
    var standardError: Double { (expected * (1 - expected) / Double(runs)).squareRoot() }
  }

  private(set) var all = Coverage()
  private(set) var groups: [String: Coverage] = [:]
  private(set) var reliability = [0, 0.05, 0.1, 0.15, 0.2, 0.3, 0.5].adjacentRanges

  init(_ runs: [HeldOutRun]) {
    for run in runs {
      if let seconds = run.durationSeconds {
        all.add(run, seconds)
        groups[run.group, default: Coverage()].add(run, seconds)
      }
      guard let bin = reliability.firstIndex(where: { $0.range.contains(run.failureProbability) })
      else { continue }
      reliability[bin].runs += 1
      reliability[bin].failures += run.hasFailed ? 1 : 0
      reliability[bin].sum += run.failureProbability
    }
  }

  /// Two tables in Markdown.
  var description: String {
    func percent(_ share: Double) -> String { "\((share * 1000).rounded() / 10)%" }
    func row(_ cells: String...) -> String { "| " + cells.joined(separator: " | ") + " |" }
    var lines = [row("executions", "held out", "within p50", "within p90")]
    lines.append(row("---", "---:", "---:", "---:"))
    for (name, group) in groups.sorted(by: { $0.key < $1.key }) + [("all", all)] {
      lines.append(
        row(name, "\(group.runs)", percent(group.p50Coverage), percent(group.p90Coverage)))
    }
    lines += ["", row("estimated chance of a failure", "executions", "mean estimate", "failed")]
    lines.append(row("---", "---:", "---:", "---:"))
    for bin in reliability where bin.runs > 0 {
      lines.append(
        row(
          "\(percent(bin.range.lowerBound)) to \(percent(bin.range.upperBound))", "\(bin.runs)",
          percent(bin.expected), percent(bin.failed)))
    }
    return lines.joined(separator: "\n")
  }
}

extension [Double] {
  fileprivate var adjacentRanges: [CalibrationReport.Bin] {
    zip(self, dropFirst() + [1]).map { CalibrationReport.Bin(range: $0..<$1) }
  }
}
