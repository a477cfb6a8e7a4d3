internal import Synchronization

/// What tokens are held against: keys, and those that were revoked. All loops share it, and it may be
/// replaced while they go on.
public final class TokenTrust: Sendable {
  /// What is trusted at one time.
  struct Contents: Sendable {
    var keys: KeySet
    var revocations: Revocations
  }

  private let contents: Mutex<Contents>
  private let number = Atomic<UInt64>(1)

  /// Trusts what these keys have signed, but for what was revoked.
  public init(keys: KeySet, revocations: Revocations = Revocations()) {
    contents = Mutex(Contents(keys: keys, revocations: revocations))
  }

  /// Trusts other keys from now on: tokens that were verified before are verified again.
  public func replace(keys: KeySet, revocations: Revocations) {
    contents.withLock { $0 = Contents(keys: keys, revocations: revocations) }
    number.add(1, ordering: .releasing)
  }

  /// Another one after each ``replace(keys:revocations:)``.
  var generation: UInt64 { number.load(ordering: .acquiring) }

  /// The contents of this generation, or of a later one.
  var current: Contents { contents.withLock { $0 } }
}
