internal import Sealing
internal import WorkflowHistory

/// Bytes in the database, and what they are sealed with; nil where they are plain.
struct StoredBytes: Sendable {
  var bytes: [UInt8]
  var keyID: String?
}

/// Something is sealed with a key that is not here.
struct MissingPayloadKey: Error, CustomStringConvertible {
  var keyID: String

  var description: String {
    "no --payload-key-file here has the key \(keyID), which what is learned from is sealed with"
  }
}

/// How what was learned of a user is sealed: as one record, whose fields are its parts.
///
/// It tells values of inputs, tasks and errors, as what they were learned from does.
struct LearnedSeal: Sendable {
  let userID: String
  let sealing: PayloadSealing?

  /// What seals now; nil where nothing is to be sealed.
  var keyID: String? { sealing?.key?.id }

  /// A part as it is to be stored.
  func stored(_ plain: [UInt8], as field: String) -> StoredBytes {
    guard let key = sealing?.key else { return StoredBytes(bytes: plain, keyID: nil) }
    return StoredBytes(bytes: seal(key).seal(plain, as: field), keyID: key.id)
  }

  /// A part that was stored; nil where it was changed, or moved there.
  ///
  /// - Throws: ``MissingPayloadKey`` where its key is not here.
  func opened(_ stored: StoredBytes, as field: String) throws(MissingPayloadKey) -> [UInt8]? {
    guard let keyID = stored.keyID else { return stored.bytes }
    guard let key = sealing?.key(keyID) else { throw MissingPayloadKey(keyID: keyID) }
    return seal(key).open(stored.bytes, as: field)
  }

  private func seal(_ key: PayloadKey) -> RecordSeal {
    key.seal(ofRecord: Array("learned of ".utf8) + Array(userID.utf8))
  }

  /// What a pattern is called in the database, and by its user: where patterns are sealed, nobody can
  /// guess the rule by it.
  func publicID(ofPattern id: String) -> String {
    guard let sealing, sealing.key != nil else { return id }
    var fields = CanonicalBytes()
    fields.add(1, userID)
    fields.add(3, id)
    return sealing.pseudonyms.pseudonym(of: fields.bytes).prefix(8).map { byte in
      let digits = String(byte, radix: 16)
      return byte < 16 ? "0" + digits : digits
    }.joined()
  }
}
