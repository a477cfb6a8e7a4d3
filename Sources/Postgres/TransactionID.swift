/// A transaction's number, which grows for ever: an `xid8`.
public struct TransactionID: Hashable, Comparable, Sendable {
  /// The number.
  public var number: UInt64

  /// The transaction with this number.
  public init(number: UInt64) { self.number = number }

  /// Whether `a` was numbered before `b`; it may have been committed after.
  public static func < (a: TransactionID, b: TransactionID) -> Bool { a.number < b.number }

  /// The number that follows.
  public var successor: TransactionID { TransactionID(number: number + 1) }
}

extension TransactionID: ColumnValue {
  /// Reads the binary form; nil where it is not one of these.
  public init?(_ bytes: UnsafeRawBufferPointer?, _ type: DataType) {
    guard let bytes, type == .transactionID, bytes.count == 8 else { return nil }
    number = UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self))
  }
}
