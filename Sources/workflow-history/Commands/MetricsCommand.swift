import ArgumentParser
import WorkflowHistoryClient
import WorkflowHistoryMessages

/// Reads performance metrics.
struct MetricsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "metrics",
    abstract: "Prints speed classes, error patterns, tips and trends over the last days.",
    usage: "workflow-history metrics [<options>]",
    discussion: """
      Speed classes by duration: very_fast is under 5 s, fast under 15 s, normal under 60 s, slow \
      under 300 s. The trend sets each day's median duration against that of the 28 days before.

      Examples:
        workflow-history metrics --workflow-type etl --days 7
        workflow-history metrics --json | jq -r '.metrics.optimizationTips[].text'
      """)

  @OptionGroup var window: WindowOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var client: ServerOptions

  func run() async throws {
    let request = GetPerformanceMetricsRequest(
      userID: window.user ?? "", workflowType: window.workflowType ?? "", days: window.days ?? 0)
    let metrics = try await client.call { try await $0.metrics(request).metrics }
    try output.print(MetricsAnswer(metrics: metrics))
  }
}
