/// Tokens and users that are refused, however good a signature is.
public struct Revocations: Equatable, Sendable {
  private var tokenIDs: Set<[UInt8]> = []
  private var users: Set<[UInt8]> = []

  /// Nothing is revoked.
  public init() {}

  /// Reads a list: each line is `jti ID` or `sub USER`, up to its end; empty lines and those that
  /// begin with `#` say nothing.
  public init(list: [UInt8]) throws(TrustError) {
    for (number, entry) in try ListFile.entries(list) {
      let parts = entry.split(separator: " ", maxSplits: 1)
      let value = parts.count == 2 ? Array(ListFile.trimmed(parts[1]).utf8) : []
      switch parts[0] {
      case "jti" where !value.isEmpty: tokenIDs.insert(value)
      case "sub" where !value.isEmpty: users.insert(value)
      default:
        throw TrustError(description: "line \(number): is neither `jti ID` nor `sub USER`")
      }
    }
  }

  /// Whether a token of this user's, with this `jti` if it has one, is refused.
  func contains(user: String, tokenID: String?) -> Bool {
    if users.isEmpty, tokenIDs.isEmpty { return false }
    return users.contains(Array(user.utf8))
      || tokenID.map { tokenIDs.contains(Array($0.utf8)) } ?? false
  }
}

/// Why keys or revocations can't be used: what is wrong with the file.
public struct TrustError: Error, Equatable, CustomStringConvertible {
  /// One line for the operator. It has nothing of a key.
  public let description: String
}
