/// Tokens and users that are refused, however good a signature is.
public struct Revocations: Equatable, Sendable {
  private var tokenIDs: Set<[UInt8]> = []
  private var users: Set<[UInt8]> = []

  /// Nothing is revoked.
  public init() {}

  /// Reads a list: each line is `jti ID` or `sub USER`, up to its end; empty lines and those that
  /// begin with `#` say nothing.
  public init(list: [UInt8]) throws(TrustError) {
    guard let text = String(validating: list, as: UTF8.self) else {
      throw TrustError(description: "is not UTF-8")
    }
    let lines = text.split(omittingEmptySubsequences: false) { $0.isNewline }
    for (index, line) in lines.enumerated() {
      let entry = line.trimmed
      if entry.isEmpty || entry.first == "#" { continue }
      let parts = entry.split(separator: " ", maxSplits: 1)
      let value = parts.count == 2 ? Array(parts[1].trimmed.utf8) : []
      switch parts[0] {
      case "jti" where !value.isEmpty: tokenIDs.insert(value)
      case "sub" where !value.isEmpty: users.insert(value)
      default:
        throw TrustError(description: "line \(index + 1): is neither `jti ID` nor `sub USER`")
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

extension Substring {
  /// Without spaces and tabs at its ends.
  fileprivate var trimmed: Substring {
    var rest = self
    while let first = rest.first, first == " " || first == "\t" { rest.removeFirst() }
    while let last = rest.last, last == " " || last == "\t" { rest.removeLast() }
    return rest
  }
}
