import CGoogleProtos
import CWorkflowHistoryProtos
import ProtobufMessages

/// The generated types of the messages that others hold.
enum Types {
  static let timestamp = MessageType<Google__Protobuf__Timestamp> {
    google__protobuf__timestamp__init($0)
  }
  static let double = MessageType<Google__Protobuf__DoubleValue> {
    google__protobuf__double_value__init($0)
  }
  static let fieldMask = MessageType<Google__Protobuf__FieldMask> {
    google__protobuf__field_mask__init($0)
  }
  static let document = MessageType<WorkflowHistory__V1__JsonDocument> {
    workflow_history__v1__json_document__init($0)
  }
  static let execution = MessageType<WorkflowHistory__V1__WorkflowExecution> {
    workflow_history__v1__workflow_execution__init($0)
  }
  static let archived = MessageType<WorkflowHistory__V1__ArchivedExecution> {
    workflow_history__v1__archived_execution__init($0)
  }
  static let saveOutcome = MessageType<WorkflowHistory__V1__SaveOutcome> {
    workflow_history__v1__save_outcome__init($0)
  }
  static let saveRefusal = MessageType<WorkflowHistory__V1__SaveRefusal> {
    workflow_history__v1__save_refusal__init($0)
  }
  static let fieldViolation = MessageType<WorkflowHistory__V1__FieldViolation> {
    workflow_history__v1__field_violation__init($0)
  }
  static let change = MessageType<WorkflowHistory__V1__ExecutionChange> {
    workflow_history__v1__execution_change__init($0)
  }
  static let statistics = MessageType<WorkflowHistory__V1__WorkflowStatistics> {
    workflow_history__v1__workflow_statistics__init($0)
  }
  static let typeStatistics = MessageType<WorkflowHistory__V1__WorkflowTypeStatistics> {
    workflow_history__v1__workflow_type_statistics__init($0)
  }
  static let metrics = MessageType<WorkflowHistory__V1__PerformanceMetrics> {
    workflow_history__v1__performance_metrics__init($0)
  }
  static let speedClass = MessageType<WorkflowHistory__V1__SpeedClass> {
    workflow_history__v1__speed_class__init($0)
  }
  static let errorPattern = MessageType<WorkflowHistory__V1__ErrorPattern> {
    workflow_history__v1__error_pattern__init($0)
  }
  static let tip = MessageType<WorkflowHistory__V1__OptimizationTip> {
    workflow_history__v1__optimization_tip__init($0)
  }
  static let efficiencyPoint = MessageType<WorkflowHistory__V1__EfficiencyPoint> {
    workflow_history__v1__efficiency_point__init($0)
  }
  static let dailyFigures = MessageType<WorkflowHistory__V1__DailyFigures> {
    workflow_history__v1__daily_figures__init($0)
  }
  static let tipEvidence = MessageType<WorkflowHistory__V1__TipEvidence> {
    workflow_history__v1__tip_evidence__init($0)
  }
  static let inputAssociation = MessageType<WorkflowHistory__V1__InputAssociation> {
    workflow_history__v1__input_association__init($0)
  }
  static let taskMetrics = MessageType<WorkflowHistory__V1__TaskMetrics> {
    workflow_history__v1__task_metrics__init($0)
  }
  static let durationBucket = MessageType<WorkflowHistory__V1__DurationBucket> {
    workflow_history__v1__duration_bucket__init($0)
  }
  static let learnedPattern = MessageType<WorkflowHistory__V1__LearnedPattern> {
    workflow_history__v1__learned_pattern__init($0)
  }
  static let estimate = MessageType<WorkflowHistory__V1__ExecutionEstimate> {
    workflow_history__v1__execution_estimate__init($0)
  }
  static let runningTime = MessageType<WorkflowHistory__V1__RunningTime> {
    workflow_history__v1__running_time__init($0)
  }
}
