import ArgumentParser
import WorkflowHistory
import WorkflowHistoryClient
import WorkflowHistoryMessages

/// Saves an execution.
struct SaveCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "save",
    abstract: "Saves a new execution, and prints it as it is stored.",
    usage: "workflow-history save --workflow-id ID --workflow-type T --status S [<options>]",
    discussion: """
      Needs the scope history:write. With --id it can be repeated: the same save again returns the \
      execution that the first one made.

      Examples:
        workflow-history save --workflow-id wf-123 --workflow-type etl \\
          --status RUNNING --input-data '{"rows": 10}'
        ID=$(workflow-history save --workflow-id wf-123 --workflow-type etl \\
          --status COMPLETED --output-data @report.json --id-only)
      """)

  @Option(help: "The workflow that was run: any text of 1 to 255 characters.")
  var workflowID: String

  @Option(help: "The kind of workflow, such as etl: 1 to 255 characters.")
  var workflowType: String

  @Option(help: "Where the execution stands.")
  var status: WorkflowStatus

  @Option(
    help: ArgumentHelp(
      "The execution's id, made by you: a UUIDv7, whose time is at most 31 days old and 5 minutes "
        + "ahead. Default: one is made.", valueName: "uuid"))
  var id: ExecutionID?

  @Option(
    help: ArgumentHelp(
      "Whose execution it is. Default: the token's user; another needs the scope history:any.",
      valueName: "user"))
  var user: String?

  @OptionGroup var execution: ExecutionOptions

  @Flag(help: "Print the id alone, for a script to keep.")
  var idOnly = false

  @OptionGroup var output: OutputOptions
  @OptionGroup var client: ServerOptions

  func validate() throws {
    guard !(idOnly && output.json) else {
      throw ValidationError("--id-only and --json exclude each other")
    }
  }

  func run() async throws {
    var fields = try execution.fields()
    fields.id = id
    fields.workflowID = workflowID
    fields.workflowType = workflowType
    fields.userID = user
    fields.status = status
    let request = SaveWorkflowExecutionRequest(execution: fields)
    let saved = try await client.call { try await $0.save(request).execution }
    if idOnly {
      try write("\(saved.id)\n")
    } else {
      try output.print(ExecutionAnswer(execution: saved))
    }
  }
}
