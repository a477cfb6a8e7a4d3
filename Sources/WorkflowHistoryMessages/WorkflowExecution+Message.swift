import CWorkflowHistoryProtos
import ProtobufMessages
import WorkflowHistory

extension WorkflowExecution {
  /// What a response's execution says; nil where the reader has refused a field that must be.
  init?(
    _ message: WorkflowHistory__V1__WorkflowExecution, _ reader: inout FieldReader
  ) {
    let fields = ExecutionFields(message, &reader)
    if message.id.pointee == 0 { reader.refuse("id", "is required") }
    if message.status.rawValue == 0 { reader.refuse("status", "is required") }
    let createdAt = reader.requiredTimestamp("created_at", message.created_at)
    let updatedAt = reader.requiredTimestamp("updated_at", message.updated_at)
    guard let id = fields.id, let status = fields.status else { return nil }
    self.init(
      id: id, workflowID: fields.workflowID ?? "", workflowType: fields.workflowType ?? "",
      userID: fields.userID ?? "", status: status, inputData: fields.inputData,
      outputData: fields.outputData, taskResults: fields.taskResults,
      errorMessage: fields.errorMessage, startTime: fields.startTime, endTime: fields.endTime,
      durationSeconds: fields.durationSeconds, executionMetadata: fields.executionMetadata,
      version: message.version, createdAt: createdAt, updatedAt: updatedAt)
    isAbandoned = message.abandoned != 0
  }

  /// The execution as a C message.
  func message(
    in arena: Arena
  ) -> UnsafeMutablePointer<WorkflowHistory__V1__WorkflowExecution> {
    Types.execution.make(in: arena) {
      $0.id = arena.text(id.description)
      $0.workflow_id = arena.text(workflowID)
      $0.workflow_type = arena.text(workflowType)
      $0.user_id = arena.text(userID)
      $0.status = arena.status(status)
      $0.input_data = arena.document(inputData)
      $0.output_data = arena.document(outputData)
      $0.task_results = arena.document(taskResults)
      $0.error_message = arena.text(errorMessage)
      $0.start_time = arena.timestamp(startTime)
      $0.end_time = arena.timestamp(endTime)
      $0.duration_seconds = arena.double(durationSeconds)
      $0.execution_metadata = arena.document(executionMetadata)
      $0.version = version
      $0.created_at = arena.timestamp(createdAt)
      $0.updated_at = arena.timestamp(updatedAt)
      $0.abandoned = isAbandoned ? 1 : 0
    }
  }

  /// The execution that answers a call: the response's field `execution`, which must be there.
  static func answer(
    _ message: UnsafeMutablePointer<WorkflowHistory__V1__WorkflowExecution>?
  ) throws(MessageError) -> WorkflowExecution {
    guard let message else { throw MessageError(field: "execution", description: "is required") }
    var reader = FieldReader(prefix: "execution.")
    let execution = WorkflowExecution(message.pointee, &reader)
    try reader.finish()
    // Nil comes with a refusal, which has been thrown.
    return execution!
  }
}
