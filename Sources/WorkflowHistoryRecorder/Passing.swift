internal import ProtobufMessages
internal import RPC
internal import WorkflowHistoryClient
internal import WorkflowHistoryMessages

extension WorkflowHistoryError {
  /// Whether the same may be taken later: it is no fault of what was sent.
  var passes: Bool { retryDelay != nil || Self.passing.contains(code) }

  private static let passing: Set<RPCStatusCode> = [
    .aborted, .cancelled, .deadlineExceeded, .internal, .unauthenticated, .unavailable, .unknown,
  ]

  /// Whether what was sent has more bytes than the server takes, and always will.
  var isTooLarge: Bool { code == .resourceExhausted && retryDelay == nil }

  /// Whether the same without documents may be good.
  var isAboutContent: Bool {
    let content: Set = [
      "execution", "execution.input_data", "execution.output_data", "execution.task_results",
      "execution.execution_metadata", "execution.error_message",
    ]
    return isTooLarge || fieldViolations.contains { content.contains($0.field) }
  }

  /// What a stream of saves says of one of them.
  init(_ refusal: SaveRefusal) {
    self.init(
      RPCStatus(
        RPCStatusCode(rawValue: refusal.code), refusal.message,
        details: refusal.violations.isEmpty ? [] : [.badRequest(refusal.violations)]))
  }
}
