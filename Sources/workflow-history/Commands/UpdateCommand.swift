import ArgumentParser
import WorkflowHistory
import WorkflowHistoryClient
import WorkflowHistoryMessages

/// Changes an execution.
struct UpdateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "update",
    abstract: "Changes the given fields of one execution, and prints it as it is stored.",
    discussion: """
      Needs the scope history:write. Fields that are not given stay as they are; --clear empties \
      one, or sets it to what a save without it has.

      Examples:
        workflow-history update "$ID" --status COMPLETED --output-data @out.json
        workflow-history update "$ID" --status RUNNING --allow-reopen \\
          --clear error_message
      """)

  @Argument(help: "The execution's id: a UUID in its 36-character form.")
  var id: ExecutionID

  @Option(help: "Where the execution stands now.")
  var status: WorkflowStatus?

  @Option(help: "The kind of workflow, such as etl: 1 to 255 characters.")
  var workflowType: String?

  @OptionGroup var execution: ExecutionOptions

  @Option(
    help: ArgumentHelp(
      "A field to clear. Repeat it for several.", valueName: "field"))
  var clear: [ClearableField] = []

  @Option(
    help: ArgumentHelp(
      "Change it only if it has this version, as you have read it; else ABORTED.",
      valueName: "number"))
  var expectedVersion: Int32?

  @Flag(help: "Let a COMPLETED or FAILED execution become PENDING, RUNNING or PAUSED again.")
  var allowReopen = false

  @OptionGroup var output: OutputOptions
  @OptionGroup var client: ServerOptions

  func validate() throws {
    let mask = mask
    guard !mask.isEmpty else {
      throw ValidationError("nothing to change: give a field, such as --status COMPLETED")
    }
    guard Set(mask).count == mask.count else {
      throw ValidationError("a field can't be both given and cleared, nor cleared twice")
    }
    guard expectedVersion ?? 1 >= 1 else {
      throw ValidationError("--expected-version is 1 or more")
    }
  }

  func run() async throws {
    var fields = try execution.fields()
    fields.id = id
    fields.status = status
    fields.workflowType = workflowType
    let request = UpdateWorkflowExecutionRequest(
      execution: fields, updateMask: mask, expectedVersion: expectedVersion ?? 0,
      allowReopen: allowReopen)
    let updated = try await client.call { try await $0.update(request).execution }
    try output.print(ExecutionAnswer(execution: updated))
  }

  /// The fields that were given, and those to clear.
  var mask: [String] {
    let given: [(field: ExecutionUpdate.Field, isGiven: Bool)] = [
      (.workflowType, workflowType != nil),
      (.status, status != nil),
      (.inputData, execution.inputData != nil),
      (.outputData, execution.outputData != nil),
      (.taskResults, execution.taskResults != nil),
      (.errorMessage, execution.errorMessage != nil),
      (.startTime, execution.startTime != nil),
      (.endTime, execution.endTime != nil),
      (.durationSeconds, execution.durationSeconds != nil),
      (.executionMetadata, execution.executionMetadata != nil),
    ]
    return given.filter(\.isGiven).map(\.field.rawValue) + clear.map(\.field.rawValue)
  }
}

/// A field that an execution can do without.
struct ClearableField: ExpressibleByArgument {
  let field: ExecutionUpdate.Field

  private static let all = ExecutionUpdate.Field.allCases.filter {
    $0 != .workflowType && $0 != .status
  }

  /// The field with this name, whose words are joined by `_` or `-`.
  init?(argument: String) {
    let name = String(argument.map { $0 == "-" ? "_" : $0 })
    guard let field = Self.all.first(where: { $0.rawValue == name }) else { return nil }
    self.field = field
  }

  static var allValueStrings: [String] { all.map(\.rawValue) }
}
