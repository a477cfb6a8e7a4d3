internal import Crypto
internal import PrivateFiles
internal import TextEncoding

/// Why there is no signing key.
public struct SigningKeyError: Error, Equatable, CustomStringConvertible {
  /// One line for the operator.
  public let description: String
}

/// The shared secret of HS256. It never shows in a description.
public struct SigningKey: Sendable, CustomStringConvertible, CustomReflectable {
  /// The fewest bytes a secret may have: HS256's own size (RFC 7518, 3.2).
  public static let minimumSize = 32

  let secret: SymmetricKey

  /// Takes a secret of at least `minimumSize` bytes.
  public init(secret: [UInt8]) throws(SigningKeyError) {
    guard secret.count >= Self.minimumSize else {
      throw SigningKeyError(
        description: "the JWT secret has \(secret.count) bytes; HS256 needs at least "
          + "\(Self.minimumSize)")
    }
    self.secret = SymmetricKey(data: secret)
  }

  /// Reads the secret from a file; line ends at its end don't count.
  public init(path: String) throws(SigningKeyError) {
    guard let key = try Self.read(path) else {
      throw SigningKeyError(description: "there is no JWT secret at \(path)")
    }
    self = key
  }

  /// Reads the secret at `path`, or makes one there: 32 random bytes as base64url, mode 0600.
  ///
  /// Servers that start at the same time end with the same secret.
  public static func loadOrCreate(path: String) throws(SigningKeyError) -> SigningKey {
    if let key = try read(path) { return key }
    // The system's generator is a cryptographic one on every platform we run on.
    var generator = SystemRandomNumberGenerator()
    let random = (0..<32).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
    let text = Base64URL.encode(random)
    do {
      if let slash = path.lastIndex(of: "/"), slash != path.startIndex {
        try PrivateFile.makeDirectory(String(path[..<slash]))
      }
      try PrivateFile.write(Array("\(text)\n".utf8), to: path, replacing: false)
    } catch {
      throw SigningKeyError(description: error.description)
    }
    return try SigningKey(path: path)
  }

  private static func read(_ path: String) throws(SigningKeyError) -> SigningKey? {
    let bytes: [UInt8]?
    do {
      bytes = try PrivateFile.read(path, limit: 65_536)
    } catch {
      throw SigningKeyError(description: error.description)
    }
    guard var secret = bytes else { return nil }
    while let last = secret.last, last == UInt8(ascii: "\n") || last == UInt8(ascii: "\r") {
      secret.removeLast()
    }
    do {
      return try SigningKey(secret: secret)
    } catch {
      throw SigningKeyError(description: "\(path): \(error.description)")
    }
  }

  /// Says nothing of the secret.
  public var description: String { "SigningKey(HS256)" }
  /// Says nothing of the secret.
  public var customMirror: Mirror { Mirror(self, children: []) }
}
