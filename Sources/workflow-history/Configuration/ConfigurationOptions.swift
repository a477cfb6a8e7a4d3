import ArgumentParser

/// Where `serve` finds its settings beside its flags, and whether it only tells what they are.
struct ConfigurationOptions: ParsableArguments {
  @Option(
    name: .customLong("config"),
    help: ArgumentHelp(
      """
      A file with a JSON object of settings: the names of these flags without their dashes, and text, \
      numbers, or arrays of them for flags that may be given again. Or set WORKFLOW_HISTORY_CONFIG. A \
      flag goes before its variable (WORKFLOW_HISTORY_LISTEN for --listen), and that before the file.
      """, valueName: "file"))
  var file: String?

  @Flag(
    name: .customLong("check-config"),
    help: """
      Check all settings and the files that they name, print what is in force and where it is from, \
      and start nothing.
      """)
  var isChecked = false

  @Flag(help: "Print that as JSON.")
  var json = false

  func validate() throws {
    guard isChecked || !json else { throw ValidationError("--json goes with --check-config") }
  }
}
