import Testing
import WorkflowHistory

@Suite("Deletions")
struct ExecutionDeletionTests {
  private let id = ExecutionID(high: 0x0191_2345_6789_7ABC, low: 0x8123_4567_89AB_CDEF)

  @Test("version 0 expects any, and others themselves")
  func versions() throws {
    #expect(
      try ExecutionDeletion(id: id, checking: 0)
        == ExecutionDeletion(id: id, expectedVersion: nil))
    #expect(
      try ExecutionDeletion(id: id, checking: .max)
        == ExecutionDeletion(id: id, expectedVersion: .max))
  }

  @Test("a negative version is refused by its name")
  func negativeVersion() {
    #expect(
      throws: HistoryError.invalid(
        "expected_version", "must be 1 or more, or 0 for any version")
    ) { try ExecutionDeletion(id: id, checking: -1) }
  }

  @Test("a row at another version than the expected one aborts it, and tells which")
  func otherVersion() throws {
    for expected in [nil, 3] as [Int32?] {
      try ExecutionDeletion(id: id, expectedVersion: expected).check(version: 3)
    }
    #expect(
      throws: HistoryError(.aborted, "the execution is at version 4, not 3: read it again")
    ) { try ExecutionDeletion(id: id, expectedVersion: 3).check(version: 4) }
  }
}
