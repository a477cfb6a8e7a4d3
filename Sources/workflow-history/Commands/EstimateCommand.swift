import ArgumentParser
import PatternLearning
import WorkflowHistory
import WorkflowHistoryClient
import WorkflowHistoryMessages

/// Asks what to expect of an execution.
struct EstimateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "estimate",
    abstract: "Tells how long an execution takes, as a rule, and whether it fails.",
    usage: """
      workflow-history estimate --workflow-type T [--input-data JSON] [<options>]
      workflow-history estimate <id> [<options>]
      """,
    discussion: """
      It is told from what executions of the type have done, and of a RUNNING execution how unusual \
      it is that it still runs.

      Examples:
        workflow-history estimate --workflow-type etl --input-data '{"rows": 10}'
        workflow-history estimate "$ID" --json | jq .estimate.running.longerPercent
      """)

  @Argument(help: "The id of a stored execution, whose type and input count.")
  var id: ExecutionID?

  @Option(help: "The type of an execution that is to be run.")
  var workflowType: String?

  @Option(
    help: ArgumentHelp(
      "Its input, as JSON text, @FILE to read it from a file, or @- from standard input.",
      valueName: "json"))
  var inputData: DocumentArgument?

  @Option(
    help: ArgumentHelp(
      "Whose history. Default: the token's user; another needs the scope history:any.",
      valueName: "user"))
  var user: String?

  @OptionGroup var output: OutputOptions
  @OptionGroup var client: ServerOptions

  func validate() throws {
    guard (id == nil) != (workflowType == nil) else {
      throw ValidationError("give either the id of an execution or --workflow-type")
    }
    guard id == nil || inputData == nil && user == nil else {
      throw ValidationError("with an id there is no --input-data and no --user: its own count")
    }
  }

  func run() async throws {
    let request = EstimateWorkflowExecutionRequest(
      userID: user ?? "", workflowType: workflowType ?? "",
      inputData: try inputData?.document(flag: "--input-data"), executionID: id)
    let estimate = try await client.call { try await $0.estimate(request).estimate }
    try output.print(EstimateAnswer(estimate: estimate))
  }
}
