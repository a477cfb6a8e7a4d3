import CProtobufC
import CWorkflowHistoryProtos
import ProtobufMessages
import WorkflowHistory

extension ArchivedExecution {
  /// What a message says.
  init(_ message: WorkflowHistory__V1__ArchivedExecution, _ reader: inout FieldReader) {
    self.init(
      fields: ExecutionFields(),
      saveDigest: [UInt8](
        UnsafeBufferPointer(start: message.save_digest.data, count: message.save_digest.len)))
    guard let execution = message.execution?.pointee else {
      reader.refuse("execution", "is required")
      return
    }
    var inner = FieldReader(prefix: reader.prefix + "execution.")
    fields = ExecutionFields(execution, &inner)
    version = execution.version
    updatedAt = inner.timestamp("updated_at", execution.updated_at)
    reader.take(inner)
  }

  /// The execution as a C message.
  func message(
    in arena: Arena
  ) -> UnsafeMutablePointer<WorkflowHistory__V1__ArchivedExecution> {
    let execution = fields.message(in: arena)
    execution.pointee.version = version
    execution.pointee.created_at = arena.timestamp(fields.id?.createdAt)
    execution.pointee.updated_at = arena.timestamp(updatedAt)
    return Types.archived.make(in: arena) {
      $0.execution = execution
      $0.save_digest = arena.bytes(saveDigest)
    }
  }
}
