import ArgumentParser
import Identity
import RPCClient
import WorkflowHistory
import WorkflowHistoryClient
import WorkflowHistoryMessages

/// Prints changes as they happen.
struct WatchCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "watch",
    abstract: "Prints executions as they are saved, updated and deleted, until it is interrupted.",
    discussion: """
      Where the server goes away it waits for the server to be back, and misses nothing. The token in \
      a line goes on after that change, another day too.

      Examples:
        workflow-history watch --status FAILED
        workflow-history watch --all-users --json | jq .execution.errorMessage
        workflow-history watch --count 1 --workflow-id wf-123 --status COMPLETED --status FAILED
      """)

  @OptionGroup var users: UsersOptions
  @OptionGroup var filters: FilterOptions

  @Option(
    help: ArgumentHelp(
      "Begin after the change that said this token, with the same filters. Default: what happens "
        + "from now on.", valueName: "token"))
  var resumeToken: String?

  @Option(help: ArgumentHelp("End after so many changes.", valueName: "number"))
  var count: Int?

  @Flag(
    help: ArgumentHelp(
      "Print each change as protobuf's JSON, on a line.",
      discussion: """
        Otherwise: lines in a terminal, and in a pipe columns with tabs between, under a line with \
        their names.
        """))
  var json = false

  @OptionGroup var client: ServerOptions

  func validate() throws {
    if let count, count < 1 { throw ValidationError("--count must be 1 or more") }
  }

  func run() async throws {
    let request = WatchWorkflowExecutionsRequest(
      userID: users.user ?? "", isOfAllUsers: users.allUsers,
      workflowID: filters.workflowID ?? "", workflowType: filters.workflowType ?? "",
      statuses: filters.status, createdAfter: filters.createdAfter,
      createdBefore: filters.createdBefore, resumeToken: resumeToken ?? "")
    let terminal = json ? nil : Terminal.standardOutput
    if !json, terminal == nil {
      try write(ExecutionEvent.columns.map(\.name).joined(separator: "\t") + "\n")
    }
    let scopes: Set<Scope> = users.allUsers ? [.historyAny] : []
    try await client.call(scopes: scopes, retries: Backoff()) { client in
      var told = 0
      for try await change in client.watch(request) {
        if json {
          try write(change.json + "\n")
        } else if let terminal {
          try write(change.line(hasColor: terminal.hasColor) + "\n")
        } else {
          let row = ExecutionEvent.columns.map { $0.value(change).withVisibleControls }
          try write(row.joined(separator: "\t") + "\n")
        }
        told += 1
        if told == count { return }
      }
    }
  }
}

extension ChangeKind {
  /// Its name without the enum's prefix.
  fileprivate var name: String {
    switch self {
    case .created: "CREATED"
    case .updated: "UPDATED"
    case .deleted: "DELETED"
    }
  }
}

extension ExecutionEvent {
  /// The change in protobuf's JSON, on one line.
  fileprivate var json: String {
    ResponseMessage("ExecutionChange", ExecutionChangeMessage(self)).jsonLine
  }

  /// For a pipe.
  fileprivate static let columns: [(name: String, value: @Sendable (ExecutionEvent) -> String)] = [
    ("changed_at", { $0.changedAt.rfc3339 }),
    ("kind", { $0.kind.name }),
    ("execution_id", { $0.executionID.description }),
    ("user_id", { $0.userID }),
    ("version", { String($0.version) }),
    ("workflow_type", { $0.workflowType }),
    ("status", { $0.status.name }),
    ("workflow_id", { $0.execution?.workflowID ?? "" }),
    ("duration_seconds", { column($0.execution?.durationSeconds) }),
    ("error_message", { $0.execution?.errorMessage ?? "" }),
    ("resume_token", { $0.resumeToken }),
  ]

  /// For a terminal.
  fileprivate func line(hasColor: Bool) -> String {
    var parts = [
      StyledText(changedAt.rfc3339Seconds, .dim), StyledText(executionID.description),
      kind == .updated ? status.styled : StyledText("\(kind.name.lowercased()), \(status.name)"),
      StyledText(workflowType), StyledText(execution?.workflowID ?? ""), StyledText(userID, .dim),
    ]
    if let seconds = execution?.durationSeconds {
      parts.append(StyledText(spelled(seconds: seconds)))
    }
    if let error = execution?.errorMessage {
      parts.append(StyledText(String(error.prefix(200)), .red))
    }
    return parts.filter { !$0.text.isEmpty }.map { $0.rendered(hasColor: hasColor) }
      .joined(separator: "  ")
  }
}
