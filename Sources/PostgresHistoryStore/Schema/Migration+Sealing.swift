extension Migration {
  static let sealing = Migration(
    number: 6, name: "sealing",
    steps: [
      // The id of the key that input_data, output_data, task_results, error_message and save_digest are
      // sealed with; NULL where they are plain.
      "ALTER TABLE workflow_executions ADD COLUMN sealed_with text",
      // The rows that are there have met the constraints that these replace: NOT VALID spares the time
      // of looking at them again.
      "ALTER TABLE workflow_executions DROP CONSTRAINT workflow_executions_digest",
      """
      ALTER TABLE workflow_executions ADD CONSTRAINT workflow_executions_digest CHECK (
        octet_length(save_digest) = CASE WHEN sealed_with IS NULL THEN 32 ELSE 61 END) NOT VALID
      """,
      "ALTER TABLE workflow_executions DROP CONSTRAINT workflow_executions_rendered_size",
      // 4 MiB - 64 KiB; and a third more in base64, with what sealing adds to four values.
      """
      ALTER TABLE workflow_executions ADD CONSTRAINT workflow_executions_rendered_size CHECK (
        octet_length(workflow_id) + octet_length(workflow_type) + octet_length(user_id)
        + coalesce(octet_length(error_message), 0)
        + coalesce(octet_length(input_data::text), 0)
        + coalesce(octet_length(output_data::text), 0)
        + coalesce(octet_length(task_results::text), 0)
        + coalesce(octet_length(execution_metadata::text), 0)
        <= CASE WHEN sealed_with IS NULL THEN 4128768 ELSE 5505280 END) NOT VALID
      """,
    ])
}
