/// How much is kept of each period's executions.
struct StatisticsLimits: Equatable, Sendable {
  /// How many workflow types: the first that come.
  var types = HistoryStatistics.mostTypes
  /// How many fields of the input of each.
  var inputs = TypeStatistics.mostInputs
  /// How many tasks of each.
  var tasks = TypeStatistics.mostTasks
  /// How many values of a field, and of what else has any number of them.
  var values = ValueTable.capacity
  /// How many failures and how many completions of each are kept as they were.
  var sample = BottomSample.capacity

  /// How many days a series has, where the room is limited: as many as the longest period has. What
  /// comes late may be of others.
  static let days = 56

  /// Less and less, as room gets scarce. The sample goes first, since it tells apart what goes
  /// together; figures are what patterns are found in.
  static let levels: [StatisticsLimits] = [
    StatisticsLimits(),
    StatisticsLimits(sample: 128),
    StatisticsLimits(sample: 64),
    StatisticsLimits(values: 16, sample: 64),
    StatisticsLimits(inputs: 8, tasks: 8, values: 16, sample: 32),
    StatisticsLimits(inputs: 8, tasks: 4, values: 8, sample: 32),
    StatisticsLimits(inputs: 4, tasks: 1, values: 4, sample: 32),
  ]
}
