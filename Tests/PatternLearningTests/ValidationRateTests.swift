import PatternLearning
import Testing
import WorkflowHistory

/// What becomes of patterns, planted and false, when a history is reviewed week by week.
@Suite("What later weeks confirm")
struct ValidationRateTests {
  @Test("is what is there, unless they have too little to say yet; what is false they retire")
  func weeklyReviews() throws {
    var planted = Standing()
    var others = Standing()
    for seed in 0..<DiscoveryRateTests.histories / 2 {
      var chooser = SeededGenerator(state: seed)
      let causes = PlantedCause.some(&chooser)
      var generator = HistoryGenerator(causes, seed: seed + 1_000)
      let known = try reviewed(generator.history(of: 5_000))
      for pattern in known {
        let isPlanted = causes.contains { $0.explains(pattern.pattern.rule) }
        if isPlanted { planted.count(pattern) } else { others.count(pattern) }
      }
    }
    print("planted: \(planted)\nfalse: \(others)")
    #expect(Double(planted.retired) <= 0.05 * Double(planted.known))
    #expect(Double(planted.validated) >= 0.7 * Double(planted.known))
    #expect(Double(others.validated) <= 0.05 * Double(planted.validated + others.validated))
  }

  /// What is known after a review on each Monday.
  private func reviewed(_ observations: [Observation]) throws -> [LearnedPattern] {
    var history = LearnedHistory(userID: "ada")
    var known: [LearnedPattern] = []
    var week: Int32?
    for observation in observations {
      try history.add(observation)
      let next = (observation.id.createdAt.day + 3) / 7
      if let week, next > week { known = PatternReview().review(known, in: history) }
      week = next
    }
    return known
  }
}

/// How many patterns stand how.
private struct Standing: CustomStringConvertible {
  private(set) var known = 0
  /// Those that stand, and held in later weeks.
  private(set) var validated = 0
  private(set) var retired = 0

  mutating func count(_ pattern: LearnedPattern) {
    known += 1
    if !pattern.isActive {
      retired += 1
    } else if pattern.isValidated {
      validated += 1
    }
  }

  var description: String {
    "\(known) known, \(validated) validated, \(known - validated - retired) waiting, "
      + "\(retired) retired"
  }
}
