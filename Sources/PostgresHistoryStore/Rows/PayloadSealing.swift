internal import Logging
public import Postgres
public import Reactor
public import Sealing
internal import Synchronization
internal import TextEncoding
internal import WorkflowHistory

/// How the content of executions is sealed before it goes to the database: one for all stores of a
/// process.
///
/// Sealed are `input_data`, `output_data`, `task_results`, `error_message` and the digest of the save.
/// `sealed_with` says under which key, for all of a row together; it is NULL where they are plain.
/// Fingerprints of errors give way to pseudonyms, and the names of tasks to labels.
public final class PayloadSealing: Sendable {
  private let keys: Mutex<PayloadKeys>
  let pseudonyms: PseudonymKey
  private let seals: Bool

  init(_ keys: PayloadKeys, _ pseudonyms: PseudonymKey) {
    self.keys = Mutex(keys)
    self.pseudonyms = pseudonyms
    seals = keys.sealing != nil
  }

  /// Prepares a database: its key of pseudonyms is opened with one of the keys, or made where there is
  /// none. The schema must be up to date.
  ///
  /// - Throws: ``SealingError`` where none of the keys opens it, else `PostgresError`.
  public static func prepare(
    _ keys: PayloadKeys, _ database: PostgresOptions, on eventLoop: EventLoop
  ) async throws -> PayloadSealing {
    let connection = try await PostgresConnection.connect(
      to: .maintaining(database), pipelining: .separate, on: eventLoop)
    defer { connection.close() }
    let pseudonyms = try await StoredPseudonymKey.openOrMake(keys, on: connection)
    return PayloadSealing(keys, pseudonyms)
  }

  /// Seals and opens with other keys from now on.
  ///
  /// - Throws: ``SealingError`` where nothing was sealed before and now is to be: servers that do so
  ///   must agree on the key of pseudonyms first, and so it takes a restart.
  public func replace(_ keys: PayloadKeys) throws(SealingError) {
    guard seals || keys.sealing == nil else {
      throw SealingError(description: "sealing is turned on by a restart alone")
    }
    self.keys.withLock { $0 = keys }
  }

  /// What seals now; nil where nothing is to be sealed.
  var key: PayloadKey? { keys.withLock { $0.sealing } }

  func key(_ id: String) -> PayloadKey? { keys.withLock { $0[id] } }

  // MARK: Pseudonyms

  /// Leads every pseudonym. No fingerprint has it: they have no two spaces in a row.
  static let pseudonymPrefix = "sealed  "

  /// What stands for a fingerprint of a user's errors, and for the same of another user's otherwise.
  func pseudonym(of fingerprint: String, userID: String) -> String {
    var fields = CanonicalBytes()
    fields.add(1, userID)
    fields.add(2, fingerprint)
    return Self.pseudonymPrefix + Base64URL.encode(pseudonyms.pseudonym(of: fields.bytes))
  }

  static func isPseudonym(_ fingerprint: String) -> Bool {
    fingerprint.utf8.starts(with: pseudonymPrefix.utf8)
  }

  // MARK: Names of tasks

  /// What stands for the name of a user's task, and opens: see ``taskName(of:userID:)``.
  func taskLabel(of name: String, userID: String) -> String {
    Self.pseudonymPrefix
      + Base64URL.encode(pseudonyms.seal(label: Array(name.utf8), in: Array(userID.utf8)))
  }

  /// The name that a label of a user's task stands for; nil where it is none, as the name of a task whose
  /// execution is plain, whatever that looks like.
  func taskName(of label: String, userID: String) -> String? {
    guard Self.isPseudonym(label),
      let sealed = Base64URL.decode(String(label.dropFirst(Self.pseudonymPrefix.count))),
      let name = pseudonyms.open(label: sealed, in: Array(userID.utf8))
    else { return nil }
    return String(decoding: name, as: UTF8.self)
  }
}

extension PayloadSealing? {
  /// What opens a row that is sealed under a key; nil where it is not sealed.
  ///
  /// - Throws: an `internal` ``HistoryError`` where the key is missing, and tells operators which.
  func seal(of id: ExecutionID, under keyID: String?) throws(HistoryError) -> RecordSeal? {
    guard let keyID else { return nil }
    guard let key = self?.key(keyID) else {
      storeLog.error("no --payload-key-file here has the key \(keyID), which execution \(id) needs")
      throw .cantOpen
    }
    return key.seal(of: id)
  }
}

extension PayloadKey {
  /// What seals the fields of an execution's row.
  func seal(of id: ExecutionID) -> RecordSeal { seal(ofRecord: id.bytes) }
}

extension HistoryError {
  /// The execution is sealed, and does not open here.
  static let cantOpen = HistoryError(
    .internal, "the execution is sealed, and this server can't open it: ask its operator")
}
