import Postgres
import WorkflowHistory

@testable import PostgresHistoryStore

/// Some executions with the same error message.
struct ErrorGroup {
  var message: String
  var count: Int64
  /// Newest first, at most ``ScannedErrors/samples``.
  var newest: [ExecutionID]
  var oldest: ExecutionID

  init(message: String, count: Int64, newest: [ExecutionID], oldest: ExecutionID) {
    self.message = message
    self.count = count
    self.newest = newest
    self.oldest = oldest
  }

  init(_ row: Row) throws(PostgresError) {
    message = try row.value(0)
    count = try row.value(1)
    newest = try row.value(2, as: [UUIDValue].self).map { ExecutionID(uuid: $0) }
    oldest = ExecutionID(uuid: try row.value(3))
  }
}

/// Adds up errors by fingerprint.
struct ScannedErrors {
  /// How many ids a pattern shows.
  static let samples = 5
  /// How many patterns are shown.
  private static let patternLimit = 5

  private struct Entry {
    var frequency: Int64 = 0
    var earlier: Int64 = 0
    var newest: [ExecutionID] = []
    var oldest = ExecutionID(high: .max, low: .max)
    var sampleMessage = ""
  }

  private var entries: [String: Entry] = [:]

  var isEmpty: Bool { entries.isEmpty }

  /// Counts a group of the window.
  mutating func add(_ group: ErrorGroup) {
    let fingerprint = ErrorFingerprint.fingerprint(of: group.message)
    var entry = entries[fingerprint] ?? Entry()
    entry.frequency += group.count
    if let first = group.newest.first, entry.newest.first.map({ $0 < first }) ?? true {
      entry.sampleMessage = group.message
    }
    entry.newest = Array((entry.newest + group.newest).sorted(by: >).prefix(Self.samples))
    entry.oldest = min(entry.oldest, group.oldest)
    entries[fingerprint] = entry
  }

  /// Counts a group of the window before, where its error occurs in this one as well.
  mutating func addEarlier(_ group: ErrorGroup) {
    entries[ErrorFingerprint.fingerprint(of: group.message)]?.earlier += group.count
  }

  /// The most frequent, ties by fingerprint.
  var patterns: [ErrorPattern] {
    let all = entries.values.reduce(0) { $0 + $1.frequency }
    return entries.sorted { a, b in
      a.value.frequency != b.value.frequency
        ? a.value.frequency > b.value.frequency
        : a.key.utf8.lexicographicallyPrecedes(b.key.utf8)
    }
    .prefix(Self.patternLimit).map { fingerprint, entry in
      ErrorPattern(
        fingerprint: fingerprint, frequency: entry.frequency,
        share: ErrorPattern.share(entry.frequency, of: all),
        firstSeen: entry.oldest.createdAt, lastSeen: entry.newest[0].createdAt,
        trend: ErrorTrend(now: entry.frequency, before: entry.earlier),
        sampleMessage: entry.sampleMessage, sampleIDs: entry.newest)
    }
  }
}
