internal import Postgres
internal import Sealing

/// The key of pseudonyms, as the database keeps it: sealed with a payload key, whose id and a space
/// come before it.
enum StoredPseudonymKey {
  private static let name = "payload_pseudonym_key"

  /// The key. Where there is none yet, it is made by whoever is to seal; servers that start at once end
  /// with the same one. Who only opens needs none.
  static func openOrMake(_ keys: PayloadKeys, on connection: PostgresConnection) async throws
    -> PseudonymKey
  {
    let made = PseudonymKey()
    if let key = keys.sealing {
      let value = bytes(made, sealedWith: key)
      _ = try await connection.query(insertion, [.text(name), .bytes(value)])
    }
    let found = try await connection.query(selection, [.text(name)])
    guard let row = found.first else { return made }
    let (id, sealed) = split(try row.value(0))
    guard let key = keys[id] else {
      throw SealingError(
        description: "the database was sealed under the key \(id), which is not among them")
    }
    guard let pseudonyms = PseudonymKey(sealed: sealed, with: key) else {
      throw SealingError(
        description: "the key \(id) is not the one of this name that the database was sealed under")
    }
    return pseudonyms
  }

  /// Seals it with another payload key.
  static func reseal(
    _ pseudonyms: PseudonymKey, with key: PayloadKey, on connection: PostgresConnection
  ) async throws {
    _ = try await connection.query(
      update, [.text(name), .bytes(bytes(pseudonyms, sealedWith: key))])
  }

  /// Takes it away: what is sealed after that is counted under other pseudonyms.
  static func remove(on connection: PostgresConnection) async throws {
    _ = try await connection.query(deletion, [.text(name)])
  }

  private static func bytes(_ pseudonyms: PseudonymKey, sealedWith key: PayloadKey) -> [UInt8] {
    Array("\(key.id) ".utf8) + pseudonyms.sealed(with: key)
  }

  private static func split(_ bytes: [UInt8]) -> (id: String, sealed: [UInt8]) {
    let space = bytes.firstIndex(of: UInt8(ascii: " ")) ?? bytes.endIndex
    return (
      String(decoding: bytes[..<space], as: UTF8.self), Array(bytes[space...].dropFirst())
    )
  }

  private static let insertion = Statement(
    "", "INSERT INTO history_settings (name, value) VALUES ($1, $2) ON CONFLICT DO NOTHING",
    [.text, .bytes])
  private static let selection = Statement(
    "", "SELECT value FROM history_settings WHERE name = $1", [.text])
  private static let update = Statement(
    "", "UPDATE history_settings SET value = $2 WHERE name = $1", [.text, .bytes])
  private static let deletion = Statement(
    "", "DELETE FROM history_settings WHERE name = $1", [.text])
}
