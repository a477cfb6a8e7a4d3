internal import Crypto
public import HTTPGateway
internal import RPC

/// The pages by which people look at history, at `/`. They talk to the JSON API alone, so that they may
/// do what their reader's token may, and nothing more.
public struct Console: HTTPResources {
  private let files: [Substring: StaticResource]

  /// The console.
  public init() {
    var files: [Substring: StaticResource] = [:]
    for file in ConsoleFile.all {
      let digest = SHA256.hash(data: file.bytes).prefix(12).map { byte in
        (byte < 16 ? "0" : "") + String(byte, radix: 16)
      }
      files["/" + file.path[...]] = StaticResource(
        contentType: file.contentType, fields: Self.fields, body: file.bytes,
        digest: digest.joined())
    }
    files["/"] = files.removeValue(forKey: "/index.html")
    self.files = files
  }

  /// Whether a file is at a path.
  public func has(_ path: Substring) -> Bool { files[path] != nil }

  /// The file at a path; see ``HTTPResources``.
  public func resource(_ path: Substring, for head: HTTPHead) -> HTTPResource? {
    files[path]?.form(for: head)
  }

  /// What keeps a page that holds a token to itself: nothing is loaded from elsewhere or sent there, no
  /// markup or script is made of text, and no other page frames it or reaches its window.
  private static let fields = [
    RPCField(
      "content-security-policy",
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
        + "require-trusted-types-for 'script'; trusted-types 'none'"),
    RPCField("referrer-policy", "no-referrer"),
    RPCField("cross-origin-opener-policy", "same-origin"),
    RPCField("cross-origin-resource-policy", "same-origin"),
    RPCField("x-frame-options", "DENY"),
    RPCField(
      "permissions-policy", "clipboard-write=(self), camera=(), geolocation=(), microphone=()"),
  ]
}
