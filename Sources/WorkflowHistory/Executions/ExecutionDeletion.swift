/// The deletion of one execution.
public struct ExecutionDeletion: Equatable, Sendable {
  /// The execution to delete.
  public var id: ExecutionID
  /// Nil means any.
  public var expectedVersion: Int32?

  /// The deletion with these values, unchecked.
  public init(id: ExecutionID, expectedVersion: Int32?) {
    self.id = id
    self.expectedVersion = expectedVersion
  }

  /// The deletion of this execution.
  ///
  /// - Parameter expectedVersion: 0 means any.
  /// - Throws: `invalidArgument` where no execution can have that version.
  public init(id: ExecutionID, checking expectedVersion: Int32) throws(HistoryError) {
    var violations = Violations()
    violations.checkExpectedVersion(expectedVersion)
    try violations.check()
    self.init(id: id, expectedVersion: expectedVersion == 0 ? nil : expectedVersion)
  }

  /// Throws `aborted` where the row has another version than the one expected.
  public func check(version: Int32) throws(HistoryError) {
    try ExecutionRules.check(version: version, isExpected: expectedVersion)
  }
}
