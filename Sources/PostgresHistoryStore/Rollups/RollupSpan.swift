internal import WorkflowHistory

/// A span of time as rollups see it: whole days, and executions by which it differs from them.
struct RollupSpan: Equatable {
  /// The days whose rollups count.
  private(set) var days: Range<Day>
  /// Executions that count and are of none of these days.
  private(set) var added: [Range<ExecutionID>] = []
  /// Executions that do not count though they are of one of these days.
  private(set) var removed: [Range<ExecutionID>] = []

  /// The executions that count beside the rollups, or against them: at most two ranges, each of one day.
  var ends: [Range<ExecutionID>] { added + removed }

  /// The executions that were created from one cut on and before another.
  init(from start: DayCut, to end: DayCut) {
    if start.day >= end.day, !start.isMidnight {
      days = end.day..<end.day
      if start.id < end.id { added.append(start.id..<end.id) }
      return
    }
    let first = start.readsBefore ? start.day : start.day + 1
    let last = end.readsBefore ? end.day : end.day + 1
    days = first..<max(first, last)
    guard first < last else {
      // Cuts of one day or of neighbouring days: all between them is read.
      if start.id < end.id {
        added = start.isMidnight ? [end.before] : [start.after, end.before]
      }
      added.removeAll { $0.isEmpty }
      return
    }
    if start.readsBefore { removed.append(start.before) } else { added.append(start.after) }
    if end.readsBefore { added.append(end.before) } else { removed.append(end.after) }
    added.removeAll { $0.isEmpty }
    removed.removeAll { $0.isEmpty }
  }

  /// How many times an execution counts beside the rollups.
  func times(_ id: ExecutionID) -> Int64 {
    (added.contains { $0.contains(id) } ? 1 : 0) - (removed.contains { $0.contains(id) } ? 1 : 0)
  }
}

/// An instant that cuts a day in two, one part of which is read from the table: the other is the rest
/// of the day's rollups.
struct DayCut: Equatable {
  /// Which part is read.
  enum Part { case before, after, shorter }

  let day: Day
  /// The lower bound of the ids from the instant on.
  let id: ExecutionID
  /// Whether the part before the instant is the one that is read; it is empty at midnight.
  let readsBefore: Bool

  /// The cut at an instant.
  init(at instant: Timestamp, reading part: Part) {
    id = ExecutionID.first(atOrAfter: instant)
    let day = Day(of: id.createdAt)
    // Past the last of all ids there is nothing to cut.
    self.day = id.low == 0 ? day : day + 1
    let before = id.createdAt.microseconds - self.day.start.microseconds
    readsBefore =
      switch part {
      case .before: true
      case .after: before <= 0
      case .shorter: before < 43_200_000_000
      }
  }

  var isMidnight: Bool { day.firstID >= id }
  /// The ids of the day's executions before the instant, and from it on.
  var before: Range<ExecutionID> { min(day.firstID, id)..<id }
  var after: Range<ExecutionID> { id..<max(id, (day + 1).firstID) }
}

extension Range<Day> {
  /// The ids of their executions.
  var ids: Range<ExecutionID> { lowerBound.firstID..<upperBound.firstID }
}

extension Day {
  /// The lower bound of the ids of its executions.
  var firstID: ExecutionID { ExecutionID.first(atOrAfter: start) }
}
