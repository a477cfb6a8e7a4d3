/// Computes something long on the threads that no loop has, so that calls go on meanwhile.
func offLoop<T: Sendable>(_ body: @escaping @Sendable () throws -> T) async throws -> T {
  try await Task.detached(priority: .utility) { try body() }.value
}

/// How long the transaction of a bite may last, as long as it could have taken less.
struct BiteDeadline {
  /// The time by which it is to be over; nil for one that can't be smaller.
  let end: Duration?
  let clock: () -> Duration

  /// - Throws: ``BiteTooLong`` where the time is over.
  func check() throws(BiteTooLong) {
    if let end, clock() > end { throw BiteTooLong() }
  }
}

/// A bite that took too long, and is undone, to be taken again in smaller ones.
struct BiteTooLong: Error {}
