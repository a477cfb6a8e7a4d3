import ArgumentParser
import WorkflowHistoryClient
import WorkflowHistoryMessages

/// Reads statistics.
struct StatisticsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "statistics",
    abstract: "Prints counts, success rates and durations over the last days.",
    usage: "workflow-history statistics [<options>]",
    discussion: """
      The figures are of the executions created in the window, for each workflow type and for all \
      together. The success rate is completed / total, in percent.

      Examples:
        workflow-history statistics --days 7
        workflow-history statistics --json | jq .statistics.successRate
      """)

  @OptionGroup var window: WindowOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var client: ServerOptions

  func run() async throws {
    let request = GetWorkflowStatisticsRequest(
      userID: window.user ?? "", workflowType: window.workflowType ?? "", days: window.days ?? 0)
    let statistics = try await client.call { try await $0.statistics(request).statistics }
    try output.print(StatisticsAnswer(statistics: statistics))
  }
}
