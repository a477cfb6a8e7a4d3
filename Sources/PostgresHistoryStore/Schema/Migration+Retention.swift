extension Migration {
  static let retention = Migration(
    number: 4, name: "retention",
    steps: [
      // Of the executions that a rollup counts, those that retention has deleted one by one: 5 counts,
      // by status. NULL where there are none.
      "ALTER TABLE execution_rollups ADD COLUMN dropped_counts bigint[]",
      // Whether all executions of the day went with their partition. It is not made again, and
      // dropped_counts say nothing of them.
      "ALTER TABLE retention_days ADD COLUMN is_whole boolean NOT NULL DEFAULT false",
    ])
}
