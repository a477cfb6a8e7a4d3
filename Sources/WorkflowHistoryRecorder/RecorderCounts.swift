internal import Synchronization

/// What a recorder has done since it was made.
public struct RecorderCounts: Equatable, Sendable {
  /// Runs that were begun, and written to the spool.
  public internal(set) var recorded = 0
  /// Runs that were not, for lack of room or because the disk refused.
  public internal(set) var notRecorded = 0
  /// Ends of recorded runs that were not: they stay RUNNING.
  public internal(set) var endsLost = 0
  /// Documents that were left out of a run, for lack of room or because they are no JSON.
  public internal(set) var documentsDropped = 0
  /// Saves and updates that the server has taken, those of earlier processes too. A run whose beginning
  /// and end went together is one.
  public internal(set) var delivered = 0
  /// Those that it refused for good, and records that can't be read.
  public internal(set) var refused = 0
  /// Runs that went on here while somebody else had ended, halted or deleted their executions.
  public internal(set) var endedElsewhere = 0
}

/// Counts, from any thread.
final class Tally: Sendable {
  private let state = Mutex(RecorderCounts())

  var counts: RecorderCounts { state.withLock(\.self) }

  func note(_ count: WritableKeyPath<RecorderCounts, Int>) {
    state.withLock { $0[keyPath: count] += 1 }
  }
}
