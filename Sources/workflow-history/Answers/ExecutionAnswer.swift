import WorkflowHistoryMessages
import WorkflowHistory

/// One execution, which answers `save`, `get` and `update`.
struct ExecutionAnswer: ResponseAnswer {
  let execution: WorkflowExecution

  var response: ResponseMessage {
    ResponseMessage(
      "GetWorkflowExecutionResponse", GetWorkflowExecutionResponse(execution: execution))
  }

  var plain: [PlainTable] {
    let fields = PlainField.summary + PlainField.documents
    return [
      PlainTable(header: ["field", "value"], rows: fields.map { [$0.name, $0.value(execution)] })
    ]
  }

  func screen(now: Timestamp) -> [ScreenBlock] {
    [.fields(PlainField.summary + PlainField.documents, of: execution)]
  }
}

extension WorkflowExecution {
  /// Where it stands, in a colour, and whether it is abandoned there.
  var styledStatus: StyledText {
    isAbandoned ? StyledText("\(status.name), abandoned", .yellow) : status.styled
  }
}

/// A field as a plain column: its name in the proto, and its value as text, empty where absent.
struct PlainField: Sendable {
  let name: String
  let value: @Sendable (WorkflowExecution) -> String

  /// Every field but the documents.
  static let summary = [
    PlainField(name: "id") { $0.id.description },
    PlainField(name: "workflow_id") { $0.workflowID },
    PlainField(name: "workflow_type") { $0.workflowType },
    PlainField(name: "user_id") { $0.userID },
    PlainField(name: "status") { $0.status.name },
    PlainField(name: "start_time") { $0.startTime?.rfc3339 ?? "" },
    PlainField(name: "end_time") { $0.endTime?.rfc3339 ?? "" },
    PlainField(name: "duration_seconds") { column($0.durationSeconds) },
    PlainField(name: "version") { String($0.version) },
    PlainField(name: "created_at") { $0.createdAt.rfc3339 },
    PlainField(name: "updated_at") { $0.updatedAt.rfc3339 },
    PlainField(name: "error_message") { $0.errorMessage ?? "" },
    PlainField(name: "abandoned") { $0.isAbandoned ? "true" : "" },
  ]

  /// The four documents.
  static let documents = [
    PlainField(name: "input_data") { $0.inputData?.text ?? "" },
    PlainField(name: "output_data") { $0.outputData?.text ?? "" },
    PlainField(name: "task_results") { $0.taskResults?.text ?? "" },
    PlainField(name: "execution_metadata") { $0.executionMetadata?.text ?? "" },
  ]

  /// The value for a terminal: in the status's colour, in people's units, and cut where it would
  /// fill screens; nil where the field is absent.
  func styled(of execution: WorkflowExecution) -> StyledText? {
    let value = value(execution)
    if value.isEmpty { return nil }
    switch name {
    case "status": return execution.styledStatus
    case "abandoned": return nil
    case "error_message": return StyledText(Self.shortened(value), .red)
    case "duration_seconds":
      return StyledText(execution.durationSeconds.map { spelled(seconds: $0) } ?? "")
    default: return StyledText(Self.shortened(value))
    }
  }

  private static func shortened(_ text: String) -> String {
    let most = 2000
    guard text.utf8.count > most else { return text }
    return text.prefix(most) + "… (\(text.utf8.count) bytes: --json shows all)"
  }
}

extension ScreenBlock {
  /// The fields of an execution that are not absent.
  static func fields(_ fields: [PlainField], of execution: WorkflowExecution) -> ScreenBlock {
    .fields(fields.compactMap { field in field.styled(of: execution).map { (field.name, $0) } })
  }
}

extension JSONDocument {
  /// The JSON text.
  var text: String { String(decoding: utf8, as: UTF8.self) }
}
