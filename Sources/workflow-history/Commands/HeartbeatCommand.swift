import ArgumentParser
import WorkflowHistory
import WorkflowHistoryClient
import WorkflowHistoryMessages

/// Says that an execution is still run.
struct HeartbeatCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "heartbeat",
    abstract: "Says that a RUNNING execution is still run.",
    usage: "workflow-history heartbeat <id> [<options>]",
    discussion: """
      Needs the scope history:write. Where no other comes in time, the execution shows as \
      abandoned. One that is not RUNNING is FAILED_PRECONDITION.

      Examples:
        while workflow-history heartbeat "$ID"; do sleep 20; done
        workflow-history heartbeat "$ID" --next-within 3600
      """)

  @Argument(help: "The execution's id: a UUID in its 36-character form.")
  var id: ExecutionID

  @Option(
    help: ArgumentHelp(
      "How long it may take until the next one: 1 to 86400. Default: 60.", valueName: "seconds"))
  var nextWithin: Int32?

  @OptionGroup var output: OutputOptions
  @OptionGroup var client: ServerOptions

  func validate() throws {
    guard nextWithin ?? 1 >= 1 else { throw ValidationError("--next-within is 1 or more") }
  }

  func run() async throws {
    let request = HeartbeatWorkflowExecutionRequest(id: id, timeoutSeconds: nextWithin ?? 0)
    _ = try await client.call { try await $0.heartbeat(request) }
    try output.print(HeartbeatAnswer(id: id))
  }
}

/// A heartbeat that was taken, which answers `heartbeat`.
struct HeartbeatAnswer: ResponseAnswer {
  let id: ExecutionID

  var response: ResponseMessage {
    ResponseMessage("HeartbeatWorkflowExecutionResponse", HeartbeatWorkflowExecutionResponse())
  }

  var plain: [PlainTable] {
    [PlainTable(header: ["id", "outcome"], rows: [[id.description, "running"]])]
  }

  func screen(now: Timestamp) -> [ScreenBlock] { [.line(StyledText("\(id) is still run"))] }
}
