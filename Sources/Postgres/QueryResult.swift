internal import CLibpq

/// The rows that a statement returned, in binary, as libpq keeps them.
public final class QueryResult: Sendable {
  // Never changed after `init`, read by pure functions only, and freed once, in `deinit`.
  private nonisolated(unsafe) let result: OpaquePointer

  /// How many rows there are.
  public let count: Int
  /// How many columns each has.
  public let columns: Int

  init(adopting result: OpaquePointer) {
    self.result = result
    count = Int(PQntuples(result))
    columns = Int(PQnfields(result))
  }

  deinit { PQclear(result) }

  /// How many rows the statement inserted, changed or deleted.
  public var affected: Int { Int(String(cString: PQcmdTuples(result))) ?? 0 }

  /// What was done, such as `COMMIT`.
  var commandTag: String { String(cString: PQcmdStatus(result)) }

  /// One row.
  public subscript(row: Int) -> Row {
    precondition(row >= 0 && row < count)
    return Row(result: self, index: row)
  }

  /// The first row; nil where there is none.
  public var first: Row? { count == 0 ? nil : self[0] }

  @usableFromInline
  func type(_ column: Int) -> DataType { DataType(oid: PQftype(result, Int32(column))) }

  /// The bytes of a value, which last as long as the result does; nil for NULL.
  @usableFromInline
  func bytes(_ row: Int, _ column: Int) -> UnsafeRawBufferPointer? {
    precondition(column >= 0 && column < columns)
    guard PQgetisnull(result, Int32(row), Int32(column)) == 0 else { return nil }
    return UnsafeRawBufferPointer(
      start: PQgetvalue(result, Int32(row), Int32(column)),
      count: Int(PQgetlength(result, Int32(row), Int32(column))))
  }
}

/// One row of a ``QueryResult``.
public struct Row: Sendable {
  @usableFromInline let result: QueryResult
  @usableFromInline let index: Int

  /// The value of a column, counted from 0; throws where it is of another type, or NULL and the
  /// Swift type is not optional.
  @inlinable  // There are many values, and each would ask the runtime for its types.
  public func value<Value: ColumnValue>(_ column: Int, as type: Value.Type = Value.self)
    throws(PostgresError) -> Value
  {
    defer { withExtendedLifetime(result) {} }
    guard let value = Value(result.bytes(index, column), result.type(column)) else {
      throw mismatch(column, "\(type)")
    }
    return value
  }

  @usableFromInline
  func mismatch(_ column: Int, _ type: String) -> PostgresError {
    let null = result.bytes(index, column) == nil ? ", NULL," : ""
    return PostgresError(
      .protocolViolation,
      "column \(column) of type \(result.type(column).oid)\(null) is no \(type)", wasSent: true)
  }

  /// Whether a column, counted from 0, is NULL.
  public func isNull(_ column: Int) -> Bool { result.bytes(index, column) == nil }
}
