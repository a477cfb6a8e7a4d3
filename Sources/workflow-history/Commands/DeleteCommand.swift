import ArgumentParser
import WorkflowHistory
import WorkflowHistoryClient
import WorkflowHistoryMessages

/// Deletes an execution.
struct DeleteCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "delete",
    abstract: "Deletes one execution for good, without asking.",
    usage: "workflow-history delete <id> [<options>]",
    discussion: """
      Needs the scope history:write. Statistics and metrics no longer count it. A second time it is \
      NOT_FOUND.

      Examples:
        workflow-history delete 0198c5f2-7c1e-7a52-9a0d-3b1f0c2d4e5f
        workflow-history delete "$ID" --expected-version 2
      """)

  @Argument(help: "The execution's id: a UUID in its 36-character form.")
  var id: ExecutionID

  @Option(
    help: ArgumentHelp(
      "Delete it only if it has this version, as you have read it; else ABORTED.",
      valueName: "number"))
  var expectedVersion: Int32?

  @OptionGroup var output: OutputOptions
  @OptionGroup var client: ServerOptions

  func validate() throws {
    guard expectedVersion ?? 1 >= 1 else {
      throw ValidationError("--expected-version is 1 or more")
    }
  }

  func run() async throws {
    let request = DeleteWorkflowExecutionRequest(id: id, expectedVersion: expectedVersion ?? 0)
    _ = try await client.call { try await $0.delete(request) }
    try output.print(DeletionAnswer(id: id))
  }
}

/// An execution that is gone, which answers `delete`.
struct DeletionAnswer: ResponseAnswer {
  let id: ExecutionID

  var response: ResponseMessage {
    ResponseMessage("DeleteWorkflowExecutionResponse", DeleteWorkflowExecutionResponse())
  }

  var plain: [PlainTable] {
    [PlainTable(header: ["id", "outcome"], rows: [[id.description, "deleted"]])]
  }

  func screen(now: Timestamp) -> [ScreenBlock] { [.line(StyledText("deleted \(id)"))] }
}
