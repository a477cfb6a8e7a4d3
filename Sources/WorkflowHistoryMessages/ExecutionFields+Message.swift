import CWorkflowHistoryProtos
import ProtobufMessages
import WorkflowHistory

extension ExecutionFields {
  /// What a request's execution says. Its version, created_at, updated_at and abandoned are not
  /// looked at.
  init(
    _ message: WorkflowHistory__V1__WorkflowExecution, _ reader: inout FieldReader
  ) {
    self.init()
    id = reader.id("id", message.id)
    workflowID = reader.text(message.workflow_id)
    workflowType = reader.text(message.workflow_type)
    userID = reader.text(message.user_id)
    status = reader.status("status", message.status)
    inputData = reader.document("input_data", message.input_data)
    outputData = reader.document("output_data", message.output_data)
    taskResults = reader.document("task_results", message.task_results)
    errorMessage = reader.text(message.error_message)
    startTime = reader.timestamp("start_time", message.start_time)
    endTime = reader.timestamp("end_time", message.end_time)
    durationSeconds = reader.double("duration_seconds", message.duration_seconds)
    executionMetadata = reader.document("execution_metadata", message.execution_metadata)
  }

  /// The fields as a C message.
  func message(
    in arena: Arena
  ) -> UnsafeMutablePointer<WorkflowHistory__V1__WorkflowExecution> {
    Types.execution.make(in: arena) {
      $0.id = arena.text(id?.description)
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
    }
  }
}
