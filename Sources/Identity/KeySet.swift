/// The keys whose signatures are good, several at once.
///
/// Each key has algorithms of its own kind: a token chooses among those that its key has, never what
/// kind of key it is (RFC 8725, section 3.1).
public struct KeySet: Sendable {
  private struct Key: Sendable {
    /// Its `kid`; nil fits any token.
    var id: String?
    /// By the algorithms' names (RFC 7518, section 3.1).
    var checks: [String: any SignatureCheck]
  }

  private var keys: [Key] = []

  /// No key at all.
  public init() {}

  /// Shared secrets, without a `kid`.
  public init(secrets: [SigningKey]) {
    for secret in secrets { add(secret.checks, id: nil) }
  }

  /// Adds all keys of another set.
  public mutating func add(_ more: KeySet) { keys += more.keys }

  mutating func add(_ checks: [String: any SignatureCheck], id: String?) {
    keys.append(Key(id: id, checks: checks))
  }

  /// Whether there is no key.
  public var isEmpty: Bool { keys.isEmpty }

  /// Throws where a signature is none of these keys'.
  func check(
    _ signature: [UInt8], of signed: [UInt8], by header: TokenHeader
  ) throws(TokenError) {
    let able = keys.compactMap { key in key.checks[header.algorithm].map { (key.id, $0) } }
    guard !able.isEmpty else { throw .unsupportedAlgorithm }
    let meant = able.filter { id, _ in
      guard let id, let wanted = header.keyID else { return true }
      return id.utf8.elementsEqual(wanted.utf8)
    }
    guard !meant.isEmpty else { throw .unknownKey }
    guard meant.contains(where: { $0.1.isGood(signature, of: signed) }) else {
      throw .badSignature
    }
  }
}
