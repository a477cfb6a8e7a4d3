internal import WorkflowHistory

/// Ranges of `created_at` as ranges of ids, which the primary key, the partitions and every index
/// know how to narrow.
enum IDBound {
  /// The last millisecond that an id has room for, and one more.
  private static let end: Int64 = 1 << 48

  /// The first possible id of an execution with `created_at` at or after an instant.
  ///
  /// `created_at` is a whole millisecond, so the instant is rounded up to one.
  static func first(atOrAfter instant: Timestamp) -> ExecutionID {
    let (quotient, remainder) = instant.microseconds.quotientAndRemainder(dividingBy: 1000)
    let millisecond = remainder > 0 ? quotient + 1 : quotient
    guard millisecond < end else { return ExecutionID(high: .max, low: .max) }
    return ExecutionID(high: UInt64(max(millisecond, 0)) << 16, low: 0)
  }
}
