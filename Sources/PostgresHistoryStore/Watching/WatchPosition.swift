internal import Crypto
internal import Postgres
internal import WorkflowHistory

/// How far a watch has come in the change log: all changes of the transactions before one, and of that
/// one those up to some change of it.
struct WatchPosition: Equatable {
  /// A change's place among those of its transaction, which the log tells in this order.
  struct Place: Comparable {
    var executionID: ExecutionID
    var version: Int32

    static func < (a: Place, b: Place) -> Bool {
      a.executionID != b.executionID ? a.executionID < b.executionID : a.version < b.version
    }
  }

  var transaction: TransactionID
  /// Nil where none of the transaction's was told.
  var last: Place?

  init(transaction: TransactionID, last: Place? = nil) {
    self.transaction = transaction
    self.last = last
  }

  /// Whether it is before a change.
  func precedes(_ change: WatchedChange) -> Bool {
    guard change.transactionID == transaction else { return transaction < change.transactionID }
    return last.map { $0 < change.place } ?? true
  }
}

extension WatchPosition {
  private static let version: UInt8 = 3

  /// The token of a position: good for the same users and filters, on every server of the database.
  func token(for query: WatchQuery, key: SymmetricKey) -> String {
    var position: [UInt8] = []
    position.append(variableLength: transaction.number)
    if let last {
      position += last.executionID.bytes
      position.append(variableLength: UInt32(bitPattern: last.version))
    }
    return TokenTag.token(Self.version, position, of: Self.question(query), key: key)
  }

  /// The position in a token; nil where it was not made with this key for these users and filters.
  init?(_ token: String, for query: WatchQuery, key: SymmetricKey) {
    guard
      let position = TokenTag.position(
        Self.version, in: token, of: Self.question(query), key: key)
    else { return nil }
    var reader = VariableLengthReader(position)
    guard let number = try? reader.number() else { return nil }
    transaction = TransactionID(number: number)
    guard !reader.isAtEnd else { return }
    guard let id = try? reader.skip(16), let version = try? reader.number(), reader.isAtEnd else {
      return nil
    }
    last = Place(
      executionID: ExecutionID(bytes: position[id]),
      version: Int32(bitPattern: UInt32(truncatingIfNeeded: version)))
  }

  private static func question(_ query: WatchQuery) -> CanonicalBytes {
    CanonicalBytes(query.filter)
  }
}
