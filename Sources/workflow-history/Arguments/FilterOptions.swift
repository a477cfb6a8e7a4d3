import ArgumentParser
import WorkflowHistory

/// Which executions a command is about: those that meet every filter given.
struct FilterOptions: ParsableArguments {
  @Option(help: "Only this workflow's executions.")
  var workflowID: String?

  @Option(help: "Only this type's executions.")
  var workflowType: String?

  @Option(help: "Only executions that stand here. Repeat it for any of several.")
  var status: [WorkflowStatus] = []

  @Option(
    help: ArgumentHelp(
      "Only executions created at this instant or later: RFC 3339, such as 2026-05-01T12:30:00Z, "
        + "or a date, which begins at midnight UTC.", valueName: "time"))
  var createdAfter: Timestamp?

  @Option(help: ArgumentHelp("Only executions created before this instant.", valueName: "time"))
  var createdBefore: Timestamp?
}

/// Whose executions a command is about, where they may be everybody's.
struct UsersOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Whose executions. Default: the token's user; another needs the scope history:any.",
      valueName: "user"))
  var user: String?

  @Flag(help: "The executions of all users, which needs the scope history:any.")
  var allUsers = false

  func validate() throws {
    if allUsers, user != nil {
      throw ValidationError("--user and --all-users exclude each other")
    }
  }
}
