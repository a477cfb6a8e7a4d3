/// Who calls, by the names in a client's certificate: services that need no token.
public struct CertificateIdentities: Sendable {
  private var byName: [[UInt8]: Principal] = [:]

  /// No certificate is anybody's.
  public init() {}

  /// Reads a list: each line is a name as it stands in the certificate's subjectAltName with its kind
  /// before it, the user, and scopes, with spaces between: `DNS:executor.example executor
  /// history:write history:any`. Empty lines and those that begin with `#` say nothing.
  public init(list: [UInt8]) throws(TrustError) {
    for (number, entry) in try ListFile.entries(list) {
      let words = entry.split(whereSeparator: { $0 == " " || $0 == "\t" }).map(String.init)
      guard words.count >= 2, words[1].unicodeScalars.count <= 255,
        ["DNS:", "URI:", "email:"].contains(where: { words[0].hasPrefix($0) })
      else {
        throw TrustError(
          description: "line \(number): is not `DNS:NAME USER SCOPE...`, or so with URI: or email:")
      }
      let name = Array(words[0].utf8)
      guard byName[name] == nil else {
        throw TrustError(description: "line \(number): the name stands there twice")
      }
      byName[name] = Principal(
        userID: words[1], scopes: Set(words[2...].map { Scope(rawValue: $0) }))
    }
  }

  /// Who has the certificate with these names; nil where none of them is listed.
  func principal(names: [String]) -> Principal? {
    if byName.isEmpty { return nil }
    return names.lazy.compactMap { byName[Array($0.utf8)] }.first
  }
}
