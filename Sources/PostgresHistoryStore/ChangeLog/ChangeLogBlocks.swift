internal import Postgres

/// Goes through the whole change log, some blocks of a day at a time, so that no statement is long.
enum ChangeLogBlocks {
  /// How many are looked through at once: 16 MiB.
  private static let atOnce: Int64 = 2048

  /// Calls `body` with each day's partition, and some of its blocks.
  static func forEach(
    on connection: PostgresConnection,
    _ body: (_ partition: String, _ blocks: Range<Int64>) async throws -> Void
  ) async throws {
    let found = try await connection.query(partitions)
    for index in 0..<found.count {
      let name: String = try found[index].value(0)
      let size: Int64 = try found[index].value(1)
      for first in stride(from: 0, to: size, by: Int(atOnce)) {
        try await body(name, first..<(first + atOnce))
      }
    }
  }

  /// Whether a row is in these blocks, given as parameters.
  static func condition(_ first: String, _ end: String) -> String {
    "ctid >= format('(%s,0)', \(first)::bigint)::tid AND ctid < format('(%s,0)', \(end)::bigint)::tid"
  }

  /// The days of the log, and how many blocks they have.
  private static let partitions = Statement(
    "log_partitions",
    """
    SELECT inhrelid::regclass::text,
      pg_relation_size(inhrelid) / current_setting('block_size')::bigint
    FROM pg_inherits
    WHERE inhparent = 'workflow_execution_changes'::regclass ORDER BY 1
    """)
}
