import Postgres
import PostgresTesting
import Testing
import WorkflowHistory

@testable import PatternLearning
@testable import PostgresHistoryStore

@Suite("Lists of patterns") struct PatternListTests {
  /// 30 patterns of each of two users, of which some are as certain as others.
  private func fill(_ store: PostgresHistoryStore) async throws {
    for user in ["alice", "bob"] {
      let patterns = (0..<30).map { number in
        let rule: PatternRule =
          number % 3 == 0
          ? .sequence(first: "\(user)-\(number)", second: "load")
          : .failure(type: "etl-\(number % 2)", condition: .preceding("\(user)-\(number)"))
        let evidence = PatternEvidence(
          support: 20, trials: 40, value: 0.5, baseline: 0.25, confidence: 0.5, lift: 1.5,
          lnP: -Double(10 + number / 4), firstDay: 20_000, lastDay: 20_010, qValue: 0.01)
        let pattern = Pattern(rule: rule, evidence: evidence)
        return LearnedPattern(
          id: pattern.id, pattern: pattern, firstConfirmed: 20_010, lastConfirmed: 20_017,
          isValidated: true, isActive: number % 5 > 0, askedThrough: 20_017)
      }
      try await store.analysts.primary.transaction { (transaction) async throws in
        let seal = LearnedSeal(userID: user, sealing: store.sealing)
        try await PatternTable.replace(patterns, of: seal, in: transaction)
      }
    }
  }

  private func walk(_ query: PatternQuery, _ store: PostgresHistoryStore) async throws
    -> [ListedPattern]
  {
    var (query, all) = (query, [ListedPattern]())
    repeat {
      let page = try await store.patterns(query)
      #expect(page.patterns.count <= query.pageSize)
      all += page.patterns
      query.pageToken = page.nextPageToken
    } while query.pageToken != nil
    return all
  }

  @Test("come page by page, the most certain first, each once, of their user alone")
  func pages() async throws {
    for ids in [nil, "a"] {
      try await withStore { plain in
        let store = try await plain.another(ids)
        defer { store.close() }
        try await fill(store)
        for size in [1, 7, 24, 100] {
          let all = try await walk(PatternQuery(userID: "alice", pageSize: size), store)
          #expect(all.count == 24)
          #expect(Set(all.map(\.id)).count == 24)
          #expect(
            all.map { [$0.pValue.description, $0.id] }
              == all.sorted { ($0.pValue, $0.id) < ($1.pValue, $1.id) }
              .map { [$0.pValue.description, $0.id] })
          #expect(all.allSatisfy { $0.description.contains("alice") && $0.isActive })
        }
        #expect(try await walk(PatternQuery(userID: "carol"), store).isEmpty)
      }
    }
  }

  @Test("hold what meets every filter")
  func filters() async throws {
    try await withStore { store in
      try await fill(store)
      func count(_ query: PatternQuery) async throws -> Int { try await walk(query, store).count }
      #expect(try await count(PatternQuery(userID: "alice", includesRetired: true)) == 30)
      let sequences = PatternQuery(userID: "alice", kinds: [.sequence], includesRetired: true)
      #expect(try await count(sequences) == 10)
      let none = PatternQuery(userID: "alice", kinds: [.errorAssociation])
      #expect(try await count(none) == 0)
      let several = PatternQuery(
        userID: "alice", kinds: [.sequence, .failureAssociation, .slowTask], includesRetired: true)
      #expect(try await count(several) == 30)
      let ofType = PatternQuery(userID: "alice", workflowType: "load", includesRetired: true)
      #expect(try await count(ofType) == 10)
    }
  }

  @Test("go on with a token of the same user and filters alone")
  func tokens() async throws {
    try await withStore { store in
      try await fill(store)
      let query = PatternQuery(userID: "alice", kinds: [.sequence], pageSize: 2)
      let token = try #require(try await store.patterns(query).nextPageToken)
      func answer(_ change: (inout PatternQuery) -> Void) async throws -> HistoryError.Code? {
        var other = query
        other.pageToken = token
        change(&other)
        return try await code { try await store.patterns(other) }
      }
      #expect(try await answer { _ in } == nil)
      #expect(try await answer { $0.pageSize = 5 } == nil)
      #expect(try await answer { $0.userID = "bob" } == .invalidArgument)
      #expect(try await answer { $0.kinds = [] } == .invalidArgument)
      #expect(try await answer { $0.kinds = [.sequence, .slowTask] } == .invalidArgument)
      #expect(try await answer { $0.workflowType = "load" } == .invalidArgument)
      #expect(try await answer { $0.includesRetired = true } == .invalidArgument)
      #expect(try await answer { $0.pageToken = String(token.dropLast()) } == .invalidArgument)
      // One of executions.
      try await store.saveAll([execution(), execution()])
      let history = try await store.history(HistoryQuery(userID: "alice", pageSize: 1))
      #expect(try await answer { $0.pageToken = history.nextPageToken } == .invalidArgument)
    }
  }

  @Test("that don't open here are an error of the operator's")
  func missingKey() async throws {
    try await withSealedStore { store in
      try await fill(store)
      let plain = try await store.another(nil)
      defer { plain.close() }
      let answer = try await code { try await plain.patterns(PatternQuery(userID: "alice")) }
      #expect(answer == .internal)
    }
  }
}
