internal import Dispatch

/// Asks every 20 ms until there is an answer; nil when `limit` has passed without one.
///
/// It goes on in a task that was cancelled: stopping Postgres is just what such a task does.
func poll<Answer>(
  for limit: Duration, _ question: () throws(PostgresSupervisorError) -> Answer?
) async throws(PostgresSupervisorError) -> Answer? {
  let end = ContinuousClock.now + limit
  while true {
    if let answer = try question() { return answer }
    if ContinuousClock.now >= end { return nil }
    await withCheckedContinuation { continuation in
      DispatchQueue.global().asyncAfter(deadline: .now() + .milliseconds(20)) {
        continuation.resume()
      }
    }
  }
}
