import ArgumentParser
import Foundation

/// The program: the server, and what one says to it.
@main
struct WorkflowHistoryCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "workflow-history",
    abstract: "Keeps the history of workflow executions, and tells it.",
    subcommands: [
      Serve.self, Token.self, SaveCommand.self, GetCommand.self, HistoryCommand.self,
      StatisticsCommand.self, MetricsCommand.self, PatternsCommand.self, EstimateCommand.self,
      UpdateCommand.self, HeartbeatCommand.self, DeleteCommand.self, WatchCommand.self,
      ExportCommand.self, ImportCommand.self, RollupsCommand.self, RetentionCommand.self,
      ForgetCommand.self, SealCommand.self,
    ])

  static func main() async {
    let arguments = Array(CommandLine.arguments.dropFirst())
    guard arguments.first == "serve", !arguments.contains(where: isForHelp) else {
      return await main(arguments)
    }
    do {
      try await Serve.run(
        flags: Array(arguments.dropFirst()), environment: ProcessInfo.processInfo.environment)
    } catch {
      exit(withError: error)
    }
  }

  private static func isForHelp(_ argument: String) -> Bool {
    ["--help", "-h", "--help-hidden"].contains(argument)
  }
}
