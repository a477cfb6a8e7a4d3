internal import PrivateFiles

/// The files that hold what tokens are held against.
public struct TrustFiles: Equatable, Sendable {
  /// Shared secrets, each in a file of its own.
  public var secrets: [String]
  /// A JWK Set.
  public var jwks: String?
  /// A list of revocations.
  public var revocations: String?
  /// A list of whose certificates are whose.
  public var identities: String?

  /// Names the files.
  public init(
    secrets: [String] = [], jwks: String? = nil, revocations: String? = nil,
    identities: String? = nil
  ) {
    self.secrets = secrets
    self.jwks = jwks
    self.revocations = revocations
    self.identities = identities
  }

  /// All of them.
  public var paths: [String] { secrets + [jwks, revocations, identities].compactMap { $0 } }

  /// What the files say now.
  ///
  /// - Throws: ``TrustError``, with the path of the file that can't be used.
  public func read() async throws(TrustError) -> TokenTrust {
    TokenTrust(try await usable())
  }

  /// Finds out whether the files can be read, be there a key among them or none yet.
  public func check() async throws(TrustError) { _ = try await contents() }

  /// Makes a trust what the files say now; one that can't be used changes nothing.
  public func reread(into trust: TokenTrust) async throws(TrustError) {
    trust.replace(with: try await usable())
  }

  private func usable() async throws(TrustError) -> TokenTrust.Contents {
    let contents = try await contents()
    guard !contents.keys.isEmpty else {
      throw TrustError(description: "there is no key for tokens")
    }
    return contents
  }

  private func contents() async throws(TrustError) -> TokenTrust.Contents {
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
    return TokenTrust.Contents(
      keys: keys,
      revocations: try Self.list(revocations, Revocations.init(list:)) ?? Revocations(),
      identities: try Self.list(identities, CertificateIdentities.init(list:))
        ?? CertificateIdentities())
  }

  private static func list<List>(
    _ path: String?, _ read: ([UInt8]) throws(TrustError) -> List
  ) throws(TrustError) -> List? {
    guard let path else { return nil }
    let bytes = try bytes(path)
    do {
      return try read(bytes)
    } catch {
      throw TrustError(description: "\(path): \(error.description)")
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
