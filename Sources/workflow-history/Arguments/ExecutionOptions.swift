import ArgumentParser
import WorkflowHistory

/// The fields of an execution that both a save and an update may give.
struct ExecutionOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "What the workflow was given, as JSON.",
      discussion: """
        Documents are JSON text, @FILE to read one from a file, or @- from standard input: \
        '{"rows": 10}', @input.json. At most 64 levels deep.
        """, valueName: "json"))
  var inputData: DocumentArgument?

  @Option(help: ArgumentHelp("What the workflow made, as JSON.", valueName: "json"))
  var outputData: DocumentArgument?

  @Option(
    help: ArgumentHelp(
      "What each task did, as JSON: by convention an array of objects with task_name, status, "
        + "duration_seconds and error.", valueName: "json"))
  var taskResults: DocumentArgument?

  @Option(help: ArgumentHelp("Why it failed: at most 65,536 bytes.", valueName: "text"))
  var errorMessage: String?

  @Option(
    help: ArgumentHelp(
      "When it began: RFC 3339, such as 2026-05-01T12:30:00Z or 2026-05-01T14:30:00.250+02:00. "
        + "Kept to the microsecond.", valueName: "time"))
  var startTime: Timestamp?

  @Option(
    help: ArgumentHelp(
      "When it ended, not before --start-time. Default: now, when the status becomes COMPLETED or "
        + "FAILED.", valueName: "time"))
  var endTime: Timestamp?

  @Option(
    help: ArgumentHelp(
      "How long it took, in seconds, such as 12.5. Default: from --start-time to --end-time.",
      valueName: "seconds"))
  var durationSeconds: Double?

  @Option(help: ArgumentHelp("Whatever else to keep with it, as JSON.", valueName: "json"))
  var executionMetadata: DocumentArgument?

  func validate() throws {
    let documents = [inputData, outputData, taskResults, executionMetadata]
    guard documents.count(where: { $0?.isStandardInput ?? false }) <= 1 else {
      throw ValidationError("only one document can come from standard input, @-")
    }
  }

  /// The fields that were given; the documents are read now.
  func fields() throws -> ExecutionFields {
    var fields = ExecutionFields()
    fields.inputData = try inputData?.document(flag: "--input-data")
    fields.outputData = try outputData?.document(flag: "--output-data")
    fields.taskResults = try taskResults?.document(flag: "--task-results")
    fields.errorMessage = errorMessage
    fields.startTime = startTime
    fields.endTime = endTime
    fields.durationSeconds = durationSeconds
    fields.executionMetadata = try executionMetadata?.document(flag: "--execution-metadata")
    return fields
  }
}
