internal import Foundation
internal import ProtobufMessages
internal import RPC
internal import WorkflowHistory
public import WorkflowHistoryMessages

extension WorkflowHistoryClient {
  /// Saves a new execution, or returns the one that the same save made before. One without an id is
  /// given one (see ``WorkflowHistory/ExecutionID``), so that it is safe to try again.
  ///
  /// Whoever does that by themselves, as after an error that is in doubt, sends the same id each time:
  /// the same save returns the execution that is there, and another is ALREADY_EXISTS.
  public func save(_ request: SaveWorkflowExecutionRequest) async throws(WorkflowHistoryError)
    -> SaveWorkflowExecutionResponse
  {
    var request = request
    request.execution?.fillInID()
    return try await call("SaveWorkflowExecution", request, .write(isRepeatable: true))
  }

  /// Changes the masked fields of one execution.
  ///
  /// With an expected version it is safe to try again. Where an answer was lost and the execution is what
  /// this update makes of that version, it is returned. Without one, an update that the server may have
  /// seen is not tried again: UNAVAILABLE then is in doubt.
  public func update(_ request: UpdateWorkflowExecutionRequest) async throws(WorkflowHistoryError)
    -> UpdateWorkflowExecutionResponse
  {
    let isRepeatable = request.expectedVersion != 0
    do throws(WorkflowHistoryError) {
      return try await call(
        "UpdateWorkflowExecution", request, .write(isRepeatable: isRepeatable))
    } catch {
      // The other version may be what an attempt made whose answer was lost.
      guard error.code == .aborted, error.isInDoubt, isRepeatable, let id = request.execution.id
      else { throw error }
      let found = try await get(GetWorkflowExecutionRequest(id: id)).execution
      guard request.isCarriedOut(in: found) else { throw error }
      return UpdateWorkflowExecutionResponse(execution: found)
    }
  }

  /// Says that a RUNNING execution is still run: FAILED_PRECONDITION where it is not RUNNING any more.
  public func heartbeat(
    _ request: HeartbeatWorkflowExecutionRequest
  ) async throws(WorkflowHistoryError) -> HeartbeatWorkflowExecutionResponse {
    try await call("HeartbeatWorkflowExecution", request, .write(isRepeatable: true))
  }

  /// Deletes one execution, for good: NOT_FOUND where no execution has the id.
  public func delete(_ request: DeleteWorkflowExecutionRequest) async throws(WorkflowHistoryError)
    -> DeleteWorkflowExecutionResponse
  {
    do throws(WorkflowHistoryError) {
      return try await call("DeleteWorkflowExecution", request, .write(isRepeatable: true))
    } catch {
      // An attempt whose answer was lost may have deleted it.
      guard error.code == .notFound, error.isInDoubt else { throw error }
      return DeleteWorkflowExecutionResponse()
    }
  }
}

extension ExecutionFields {
  /// Gives it an id of now, where it has none.
  mutating func fillInID() {
    guard id == nil else { return }
    let microseconds = Int64((Date().timeIntervalSince1970 * 1e6).rounded(.down))
    var generator = SystemRandomNumberGenerator()
    id = .make(at: Timestamp(microseconds: microseconds), using: &generator)
  }
}

extension UpdateWorkflowExecutionRequest {
  /// Whether the execution has the version and the values that this update gives it.
  fileprivate func isCarriedOut(in stored: WorkflowExecution) -> Bool {
    guard stored.version == expectedVersion + 1, !updateMask.isEmpty else { return false }
    return updateMask.allSatisfy { path in
      switch path {
      case "workflow_type": execution.workflowType ?? "" == stored.workflowType
      case "status": execution.status == stored.status
      case "error_message": execution.errorMessage ?? "" == stored.errorMessage ?? ""
      // What is not given is the server's to fill in.
      case "start_time": execution.startTime.map { $0 == stored.startTime } ?? true
      case "end_time": execution.endTime.map { $0 == stored.endTime } ?? true
      case "duration_seconds":
        execution.durationSeconds.map { $0 == stored.durationSeconds } ?? true
      case "input_data": isSame(execution.inputData, stored.inputData)
      case "output_data": isSame(execution.outputData, stored.outputData)
      case "task_results": isSame(execution.taskResults, stored.taskResults)
      case "execution_metadata": isSame(execution.executionMetadata, stored.executionMetadata)
      default: false
      }
    }
  }
}

/// Whether two documents are the same JSON value. One that is not given is the server's to fill in.
private func isSame(_ sent: JSONDocument?, _ stored: JSONDocument?) -> Bool {
  guard let sent else { return true }
  guard let stored else { return false }
  func canonical(_ document: JSONDocument) -> Data? {
    (try? JSONSerialization.jsonObject(with: Data(document.utf8), options: .fragmentsAllowed))
      .flatMap {
        try? JSONSerialization.data(withJSONObject: $0, options: [.sortedKeys, .fragmentsAllowed])
      }
  }
  return canonical(sent) == canonical(stored)
}
