extension Migration {
  static let retryDays = Migration(
    number: 11, name: "retry days",
    steps: [
      // When a retry last failed again, in days since 1970-01-01; NULL where none did.
      "ALTER TABLE learned_types ADD COLUMN last_failed_retry integer",
      // The next review has it for each user.
      "UPDATE learned_histories SET revision = revision + 1",
    ])
}
