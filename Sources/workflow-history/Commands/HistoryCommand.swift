import ArgumentParser
import Foundation
import WorkflowHistory
import WorkflowHistoryClient
import WorkflowHistoryMessages

/// Reads a page of executions.
struct HistoryCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "history",
    abstract: "Prints a page of executions, newest first.",
    discussion: """
      Every filter that is given must hold. A page that is not the last says the token of the one \
      after it: on standard error where the output is not a terminal.

      Examples:
        workflow-history history --workflow-type etl --status FAILED --total
        workflow-history history --abandoned
        workflow-history history --created-after 2026-05-01 --page-size 100
        workflow-history history --json --full | jq '.executions[].outputData'
      """)

  @Option(
    help: ArgumentHelp(
      "Whose history. Default: the token's user; another needs the scope history:any.",
      valueName: "user"))
  var user: String?

  @OptionGroup var filters: FilterOptions

  @Flag(help: "Only executions that are RUNNING and whose heartbeats have stopped.")
  var abandoned = false

  @Option(
    help: ArgumentHelp("How many executions at most: 1 to 100. Default: 20.", valueName: "number"))
  var pageSize: Int32?

  @Option(
    help: ArgumentHelp(
      "Go on after the page that said this token, with the same filters.", valueName: "token"))
  var pageToken: String?

  @Option(
    help: ArgumentHelp(
      "Pass over so many executions first: up to 1,000,000. Slower the more they are: prefer "
        + "--page-token, which excludes it.", valueName: "number"))
  var offset: Int32?

  @Flag(help: "Print the documents too. The page then ends at 3 MiB.")
  var full = false

  @Flag(help: "Count all the executions that meet the filters.")
  var total = false

  @OptionGroup var output: OutputOptions
  @OptionGroup var client: ServerOptions

  func run() async throws {
    let request = GetUserWorkflowHistoryRequest(
      userID: user ?? "", workflowID: filters.workflowID ?? "",
      workflowType: filters.workflowType ?? "", statuses: filters.status,
      createdAfter: filters.createdAfter, createdBefore: filters.createdBefore,
      pageSize: pageSize ?? 0, pageToken: pageToken ?? "", offset: offset ?? 0, isFull: full,
      includesTotal: total, isAbandonedOnly: abandoned)
    let page = try await client.call { try await $0.history(request).page }
    try output.print(HistoryAnswer(page: page, hasDocuments: full, hasTotal: total))
    if let token = page.nextPageToken, !output.json, Terminal.standardOutput == nil {
      FileHandle.standardError.write(Data("More with --page-token \(token)\n".utf8))
    }
  }
}
