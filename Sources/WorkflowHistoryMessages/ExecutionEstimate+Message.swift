import CWorkflowHistoryProtos
import PatternLearning
import ProtobufMessages

extension ExecutionEstimate {
  /// What a response's estimate says.
  init(_ message: WorkflowHistory__V1__ExecutionEstimate, _ reader: inout FieldReader) {
    self.init(
      workflowType: String(cString: message.workflow_type),
      p50DurationSeconds: reader.double("p50_duration_seconds", message.p50_duration_seconds),
      p90DurationSeconds: reader.double("p90_duration_seconds", message.p90_duration_seconds),
      durationSupport: message.duration_support,
      failureProbability: reader.double("failure_probability", message.failure_probability),
      failureSupport: message.failure_support,
      conditions: elements(message.conditions, message.n_conditions).map { String(cString: $0) },
      running: message.running.map { running in
        RunningTime(
          elapsedSeconds: reader.double(
            "running.elapsed_seconds", running.pointee.elapsed_seconds) ?? 0,
          longerPercent: reader.double("running.longer_percent", running.pointee.longer_percent))
      })
  }

  /// The estimate as a C message.
  func message(in arena: Arena) -> UnsafeMutablePointer<WorkflowHistory__V1__ExecutionEstimate> {
    Types.estimate.make(in: arena) {
      $0.workflow_type = arena.text(workflowType)
      $0.p50_duration_seconds = arena.double(p50DurationSeconds)
      $0.p90_duration_seconds = arena.double(p90DurationSeconds)
      $0.duration_support = durationSupport
      $0.failure_probability = arena.double(failureProbability)
      $0.failure_support = failureSupport
      ($0.conditions, $0.n_conditions) = arena.texts(conditions)
      $0.running = running.map { running in
        Types.runningTime.make(in: arena) {
          $0.elapsed_seconds = running.elapsedSeconds
          $0.longer_percent = arena.double(running.longerPercent)
        }
      }
    }
  }
}
