import ArgumentParser
import Foundation
import PatternLearning
import WorkflowHistoryClient
import WorkflowHistoryMessages

/// What history teaches.
struct PatternsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "patterns",
    abstract: "Lists what was learned from history, or learns it now.",
    subcommands: [List.self, LearnCommand.self])

  /// Reads a page of patterns.
  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Prints a page of patterns that were learned, the most certain first.",
      discussion: """
        They are those of the weeks that are over. A page that is not the last says the token of the \
        one after it: on standard error where the output is not a terminal.

        Examples:
          workflow-history patterns list --workflow-type etl --kind FAILURE
          workflow-history patterns list --json | jq -r '.patterns[].description'
        """)

    @Option(
      help: ArgumentHelp(
        "Whose history. Default: the token's user; another needs the scope history:any.",
        valueName: "user"))
    var user: String?

    @Option(help: "Only patterns of this type's executions.")
    var workflowType: String?

    @Option(help: "Only patterns of this kind. Repeat it for any of several.")
    var kind: [PatternKind] = []

    @Flag(help: "Print patterns that stand no more as well.")
    var retired = false

    @Option(
      help: ArgumentHelp("How many patterns at most: 1 to 100. Default: 20.", valueName: "number"))
    var pageSize: Int32?

    @Option(
      help: ArgumentHelp(
        "Go on after the page that said this token, with the same filters.", valueName: "token"))
    var pageToken: String?

    @OptionGroup var output: OutputOptions
    @OptionGroup var client: ServerOptions

    func run() async throws {
      let request = ListLearnedPatternsRequest(
        userID: user ?? "", workflowType: workflowType ?? "", kinds: kind,
        includesRetired: retired, pageSize: pageSize ?? 0, pageToken: pageToken ?? "")
      let page = try await client.call { try await $0.patterns(request).page }
      try output.print(PatternsAnswer(page: page))
      if let token = page.nextPageToken, !output.json, Terminal.standardOutput == nil {
        FileHandle.standardError.write(Data("More with --page-token \(token)\n".utf8))
      }
    }
  }
}
