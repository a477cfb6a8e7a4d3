internal import WorkflowHistory

/// A save on its way to the database, and what tells it from another one of the same id. An object, for
/// it passes through many hands, and has dozens of fields to copy.
final class DigestedSave: Sendable {
  let save: ExecutionSave
  /// See ``SaveDigest``.
  let digest: [UInt8]

  var id: ExecutionID { save.execution.id }

  init(_ save: ExecutionSave, digest: [UInt8]) {
    self.save = save
    self.digest = digest
  }

  convenience init(_ save: ExecutionSave) {
    self.init(save, digest: save.digest ?? SaveDigest.of(save.sent))
  }

  /// The same, spelled as it will be once it was sealed and opened.
  func rendered() -> DigestedSave {
    var save = save
    save.execution = save.execution.rendered()
    return DigestedSave(save, digest: digest)
  }
}
