internal import Postgres

/// A reader of the change log whose watermark the database keeps: nothing that it has not seen is
/// dropped. It goes on in the transaction in which it uses what it has read, so each change counts
/// once, whenever it is stopped.
struct ChangeLogReader {
  /// What tells it from others.
  let name: String

  /// Registers it where it is not yet: it will read what is not seen in this transaction.
  func register(in transaction: Transaction) async throws {
    _ = try await transaction.query(Self.insertion, [.text(name)])
  }

  /// Reads what comes next, at most about `limit` changes, and goes on behind it: both take effect
  /// when the transaction is committed. Another transaction of this reader's waits until then.
  ///
  /// - Throws: ``UnknownChangeLogReader`` where it is not registered.
  func next(limit: Int = 10_000, in transaction: Transaction) async throws -> ChangeLogSlice {
    let found = try await transaction.query(Self.watermark, [.text(name)])
    guard let row = found.first else { throw UnknownChangeLogReader(name: name) }
    let watermark: TransactionID = try row.value(0)
    let slice = try await ChangeLog.read(from: watermark, limit: limit, in: transaction)
    if slice.next != watermark { try await advance(to: slice.next, in: transaction) }
    return slice
  }

  /// Goes on behind what it has seen by other means.
  func advance(to watermark: TransactionID, in transaction: Transaction) async throws {
    _ = try await transaction.query(Self.advance, [.text(name), .transactionID(watermark)])
  }

  private static let insertion = Statement(
    "log_register",
    """
    INSERT INTO change_log_readers (name, watermark, read_at)
    VALUES ($1, pg_snapshot_xmin(pg_current_snapshot()), now()) ON CONFLICT DO NOTHING
    """, [.text])

  private static let watermark = Statement(
    "log_watermark", "SELECT watermark FROM change_log_readers WHERE name = $1 FOR UPDATE", [.text])

  private static let advance = Statement(
    "log_advance",
    "UPDATE change_log_readers SET watermark = $2, read_at = clock_timestamp() WHERE name = $1",
    [.text, .transactionID])
}

/// The database knows no such reader.
struct UnknownChangeLogReader: Error, Equatable {
  var name: String
}
