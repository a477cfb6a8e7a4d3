import ArgumentParser

/// Which executions statistics and metrics are of.
struct WindowOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Whose executions. Default: the token's user; another needs the scope history:any.",
      valueName: "user"))
  var user: String?

  @Option(help: "Only this type's executions. Default: all types.")
  var workflowType: String?

  @Option(
    help: ArgumentHelp(
      "How many days of 24 hours, up to now: 1 to 365. Default: 30.", valueName: "number"))
  var days: Int32?
}
