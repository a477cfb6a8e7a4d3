internal import Synchronization

/// What callers are held against: keys of tokens, what was revoked, and whose certificates are whose.
/// All loops share it, and it may be replaced while they go on.
public final class TokenTrust: Sendable {
  /// What is trusted at one time.
  struct Contents: Sendable {
    var keys: KeySet
    var revocations: Revocations
    var identities: CertificateIdentities
  }

  private let contents: Mutex<Contents>
  private let number = Atomic<UInt64>(1)

  /// Trusts what these keys have signed, but for what was revoked.
  public init(
    keys: KeySet, revocations: Revocations = Revocations(),
    identities: CertificateIdentities = CertificateIdentities()
  ) {
    contents = Mutex(Contents(keys: keys, revocations: revocations, identities: identities))
  }

  init(_ contents: Contents) { self.contents = Mutex(contents) }

  func replace(with contents: Contents) {
    self.contents.withLock { $0 = contents }
    number.add(1, ordering: .releasing)
  }

  /// Trusts other keys from now on: tokens that were verified before are verified again.
  public func replace(
    keys: KeySet, revocations: Revocations = Revocations(),
    identities: CertificateIdentities = CertificateIdentities()
  ) {
    replace(with: Contents(keys: keys, revocations: revocations, identities: identities))
  }

  /// Another one after each ``replace(keys:revocations:identities:)``.
  var generation: UInt64 { number.load(ordering: .acquiring) }

  /// The contents of this generation, or of a later one.
  var current: Contents { contents.withLock { $0 } }
}
