internal import Crypto
internal import WorkflowHistory

/// What tells a save that is sent again from another save under the same id.
enum SaveDigest {
  /// SHA-256 over the fields as they were sent, 32 bytes.
  ///
  /// The id is left out, being what the row is found by: a save whose id the server made may be
  /// sent again with that id. The tags are the proto's field numbers.
  static func of(_ sent: ExecutionFields) -> [UInt8] {
    var fields = CanonicalBytes()
    fields.add(2, sent.workflowID)
    fields.add(3, sent.workflowType)
    fields.add(4, sent.userID)
    fields.add(5, sent.status.map { Int64($0.rawValue) })
    if let document = sent.inputData { fields.add(6, document.utf8) }
    if let document = sent.outputData { fields.add(7, document.utf8) }
    if let document = sent.taskResults { fields.add(8, document.utf8) }
    fields.add(9, sent.errorMessage)
    fields.add(10, sent.startTime?.microseconds)
    fields.add(11, sent.endTime?.microseconds)
    fields.add(12, sent.durationSeconds?.bitPattern)
    if let document = sent.executionMetadata { fields.add(13, document.utf8) }
    return Array(SHA256.hash(data: fields.bytes))
  }
}
