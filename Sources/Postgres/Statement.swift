/// One SQL statement with its parameters' types.
///
/// A statement with a name is prepared on each connection when that first needs it. The name
/// stands for the text: two statements with one name must be the same.
public struct Statement: Sendable {
  /// Unique among all statements; empty for one that is parsed each time.
  public let name: String
  /// The text, with `$1`, `$2` and so on for the parameters.
  public let sql: String
  /// The types of the parameters, in order.
  public let parameterTypes: [DataType]

  /// A statement to prepare under a name, or with none to parse each time.
  public init(_ name: String = "", _ sql: String, _ parameterTypes: [DataType] = []) {
    self.name = name
    self.sql = sql
    self.parameterTypes = parameterTypes
  }
}

/// A type of the server's, by its fixed object id.
public struct DataType: Hashable, Sendable {
  /// The object id, as in `pg_type`.
  public let oid: UInt32

  /// The type with this object id.
  public init(oid: UInt32) { self.oid = oid }

  /// Truth.
  public static let boolean = DataType(oid: 16)
  /// Bytes.
  public static let bytes = DataType(oid: 17)
  /// 8-byte integer.
  public static let int8 = DataType(oid: 20)
  /// 2-byte integer.
  public static let int2 = DataType(oid: 21)
  /// 4-byte integer.
  public static let int4 = DataType(oid: 23)
  /// Text.
  public static let text = DataType(oid: 25)
  /// 8-byte floating point.
  public static let float8 = DataType(oid: 701)
  /// Instant.
  public static let timestamptz = DataType(oid: 1184)
  /// UUID.
  public static let uuid = DataType(oid: 2950)
  /// JSON, decomposed.
  public static let jsonb = DataType(oid: 3802)
  /// A transaction's number (`xid8`).
  public static let transactionID = DataType(oid: 5069)
  /// Array of text.
  public static let textArray = DataType(oid: 1009)
  /// Array of 2-byte integers.
  public static let int2Array = DataType(oid: 1005)
  /// Array of 8-byte floating point.
  public static let float8Array = DataType(oid: 1022)
  /// Array of UUIDs.
  public static let uuidArray = DataType(oid: 2951)

  /// The type of an array of these, where it is one of those above.
  public var array: DataType {
    switch self {
    case .boolean: DataType(oid: 1000)
    case .bytes: DataType(oid: 1001)
    case .int8: DataType(oid: 1016)
    case .int2: .int2Array
    case .int4: DataType(oid: 1007)
    case .text: .textArray
    case .float8: .float8Array
    case .timestamptz: DataType(oid: 1185)
    case .uuid: .uuidArray
    case .jsonb: DataType(oid: 3807)
    default: preconditionFailure("no type of arrays is known for \(oid)")
    }
  }
}
