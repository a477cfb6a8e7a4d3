internal import Postgres
internal import Reactor
internal import WorkflowHistory

/// Writes whose rows others have locked. They are put back into the queue after a pause, and so
/// hold up no writer, but only the later writes of their ids.
final class LockedWrites {
  /// How long a row is waited for since it was first found locked.
  private static let patience = Duration.seconds(1)
  private static let pause = Duration.milliseconds(20)

  private let queue: WriteQueue
  private let eventLoop: EventLoop
  private var pausing: [PendingWrite] = []
  private var timer: LoopTimer?

  init(from queue: WriteQueue, on eventLoop: EventLoop) {
    self.queue = queue
    self.eventLoop = eventLoop
  }

  /// Takes writes that are to be tried again, and returns those that have waited too long.
  func add(_ writes: [PendingWrite]) -> [PendingWrite] {
    var late: [PendingWrite] = []
    for write in writes {
      let now = eventLoop.now
      let isLate = write.note { findings in
        findings.lockedSince = findings.lockedSince ?? now
        return now - (findings.lockedSince ?? now) >= Self.patience
      }
      if isLate { late.append(write) } else { pausing.append(write) }
    }
    if timer == nil, !pausing.isEmpty {
      timer = eventLoop.timer(after: Self.pause) { self.putBack() }
    }
    return late
  }

  /// Puts back what pauses.
  func putBack() {
    timer?.cancel()
    timer = nil
    let writes = pausing
    pausing = []
    queue.putBack(writes)
  }

  /// Which of some rows there are, locked or not.
  static let presence = Statement(
    "present",
    """
    SELECT execution.id FROM unnest($1) AS asked (id)
      JOIN workflow_executions AS execution ON execution.id = asked.id
    WHERE execution.id BETWEEN $2 AND $3
    """, [.uuid.array, .uuid, .uuid])
}
