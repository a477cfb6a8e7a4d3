internal import PrivateFiles

/// The files that hold what tokens are held against.
public struct TrustFiles: Equatable, Sendable {
  /// Shared secrets, each in a file of its own.
  public var secrets: [String]
  /// A JWK Set.
  public var jwks: String?
  /// A list of revocations.
  public var revocations: String?

  /// Names the files.
  public init(secrets: [String] = [], jwks: String? = nil, revocations: String? = nil) {
    self.secrets = secrets
    self.jwks = jwks
    self.revocations = revocations
  }

  /// All of them.
  public var paths: [String] { secrets + [jwks, revocations].compactMap { $0 } }

  /// Reads the keys and the revocations.
  ///
  /// - Throws: ``TrustError``, with the path of the file that can't be used.
  public func read() async throws(TrustError) -> (KeySet, Revocations) {
    var secrets: [SigningKey] = []
    for path in self.secrets {
      do {
        secrets.append(try SigningKey(path: path))
      } catch {
        throw TrustError(description: error.description)
      }
    }
    var keys = KeySet(secrets: secrets)
    if let jwks {
      let bytes = try Self.bytes(jwks)
      do {
        keys.add(try await KeySet(jwks: bytes))
      } catch {
        throw TrustError(description: "\(jwks) \(error.description)")
      }
    }
    guard !keys.isEmpty else { throw TrustError(description: "there is no key for tokens") }
    guard let revocations else { return (keys, Revocations()) }
    let bytes = try Self.bytes(revocations)
    do {
      return (keys, try Revocations(list: bytes))
    } catch {
      throw TrustError(description: "\(revocations): \(error.description)")
    }
  }

  private static func bytes(_ path: String) throws(TrustError) -> [UInt8] {
    let found: [UInt8]?
    do {
      found = try PrivateFile.read(path, limit: 16 << 20)
    } catch {
      throw TrustError(description: error.description)
    }
    guard let found else { throw TrustError(description: "there is no file \(path)") }
    return found
  }
}
