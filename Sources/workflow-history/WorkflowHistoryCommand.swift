import ArgumentParser

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
}
