import Logging
import WorkflowHistory

/// Makes a line of each thing that is logged.
struct LineLogHandler: LogHandler {
  let label: String
  var logLevel: Logger.Level
  var metadata: Logger.Metadata = [:]
  var metadataProvider: Logger.MetadataProvider?
  let output: LogOutput

  init(label: String, logLevel: Logger.Level, output: LogOutput) {
    self.label = label
    self.logLevel = logLevel
    self.output = output
  }

  func log(event: LogEvent) {
    var fields = metadata
    if let provided = metadataProvider?.get() { fields.merge(provided) { $1 } }
    if let given = event.metadata { fields.merge(given) { $1 } }
    if let error = event.error { fields["error"] = "\(error)" }
    output.write(
      LogLine(
        time: .now, level: event.level, logger: label, message: event.message.description,
        metadata: fields))
  }

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }
}
