internal import WorkflowHistory

/// How much the figures of one call may take. There may be as many types as executions, and as many
/// fingerprints.
struct FigureLimits {
  /// How many parts of figures one statement reads; more are read in portions.
  var partsAtOnce = 6000
  /// Of how many bytes a rollup's durations, errors and tasks may each be in what one statement reads.
  var bytesAtOnce = 4096
  /// How many parts are decoded before the loop goes on with what else there is, and how many are
  /// read at a time where they are read in portions.
  var portion = 250
  /// How many parts figures are made of.
  var parts = 1_000_000
  /// How many types are listed.
  var types = WorkflowStatistics.typeLimit
  /// How many bytes fingerprints and their counts may take, about.
  var errorBytes = 64 << 20
  /// How many bytes tasks and their figures may take, about.
  var taskBytes = 64 << 20
}

extension HistoryError {
  /// The figures of the window would take too much.
  static func tooLarge(_ limit: String) -> HistoryError {
    HistoryError(
      .resourceExhausted,
      "the window has more than \(limit): ask for fewer days, or for one workflow_type")
  }
}
