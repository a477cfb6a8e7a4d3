/// A sign that an execution is still run.
public struct ExecutionHeartbeat: Equatable, Sendable {
  /// The execution that is run.
  public var id: ExecutionID
  /// How many seconds may pass until the next one: where none comes, the execution is abandoned.
  public var timeoutSeconds: Int32

  /// The heartbeat with these values, unchecked.
  public init(id: ExecutionID, timeoutSeconds: Int32) {
    self.id = id
    self.timeoutSeconds = timeoutSeconds
  }

  /// The heartbeat of this execution.
  ///
  /// - Parameter timeoutSeconds: 0 means 60.
  /// - Throws: `invalidArgument` where it is out of its limits.
  public init(id: ExecutionID, checkingTimeout timeoutSeconds: Int32) throws(HistoryError) {
    var violations = Violations()
    if !(0...86_400).contains(timeoutSeconds) {
      violations.add("timeout_seconds", "must be 1 to 86,400, or 0 for 60")
    }
    try violations.check()
    self.init(id: id, timeoutSeconds: timeoutSeconds == 0 ? 60 : timeoutSeconds)
  }

  /// Throws `failedPrecondition` where an execution that stands here is run by nobody.
  public func check(status: WorkflowStatus) throws(HistoryError) {
    guard status != .running else { return }
    throw HistoryError(
      .failedPrecondition,
      "the execution is not RUNNING: it was ended or halted, or has not begun; read it again")
  }
}
