/// A change to some fields of one execution.
public struct ExecutionUpdate: Equatable, Sendable {
  /// The fields that an update may name, by their names in the proto.
  public enum Field: String, CaseIterable, Sendable {
    case workflowType = "workflow_type"
    case status
    case inputData = "input_data"
    case outputData = "output_data"
    case taskResults = "task_results"
    case errorMessage = "error_message"
    case startTime = "start_time"
    case endTime = "end_time"
    case durationSeconds = "duration_seconds"
    case executionMetadata = "execution_metadata"
  }

  /// The execution to change.
  public var id: ExecutionID
  /// Not empty.
  public var mask: Set<Field>
  /// The new values of the masked fields.
  public var fields: ExecutionFields
  /// Nil means any.
  public var expectedVersion: Int32?
  /// Whether a terminal status may turn back.
  public var allowsReopen: Bool

  /// The update with these values, unchecked.
  public init(
    id: ExecutionID, mask: Set<Field>, fields: ExecutionFields, expectedVersion: Int32?,
    allowsReopen: Bool
  ) {
    self.id = id
    self.mask = mask
    self.fields = fields
    self.expectedVersion = expectedVersion
    self.allowsReopen = allowsReopen
  }
}
