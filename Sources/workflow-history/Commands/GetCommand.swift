import ArgumentParser
import WorkflowHistory
import WorkflowHistoryClient
import WorkflowHistoryMessages

/// Reads one execution.
struct GetCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "get",
    abstract: "Prints one execution with its documents.",
    usage: "workflow-history get <id> [<options>]",
    discussion: """
      Examples:
        workflow-history get 0198c5f2-7c1e-7a52-9a0d-3b1f0c2d4e5f
        workflow-history get "$ID" --json | jq -r .execution.outputData.json
      """)

  @Argument(help: "The execution's id: a UUID in its 36-character form.")
  var id: ExecutionID

  @OptionGroup var output: OutputOptions
  @OptionGroup var client: ServerOptions

  func run() async throws {
    let request = GetWorkflowExecutionRequest(id: id)
    let found = try await client.call { try await $0.get(request).execution }
    try output.print(ExecutionAnswer(execution: found))
  }
}
