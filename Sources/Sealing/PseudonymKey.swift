internal import Crypto

/// Gives texts names under which they can be counted and not guessed: a keyed hash of each.
///
/// Its key outlives the keys of payloads, or what was counted before could not be told from what is
/// counted later. So it is kept sealed with one of these.
public struct PseudonymKey: Sendable, CustomStringConvertible, CustomReflectable {
  private let bytes: [UInt8]
  private let key: SymmetricKey

  /// A new one, of 32 random bytes.
  public init() {
    // The system's generator is a cryptographic one on every platform we run on.
    var generator = SystemRandomNumberGenerator()
    self.init((0..<32).map { _ in UInt8.random(in: .min ... .max, using: &generator) })
  }

  private init(_ bytes: [UInt8]) {
    self.bytes = bytes
    key = SymmetricKey(data: bytes)
  }

  /// The first half of the HMAC-SHA256 of some bytes.
  public func pseudonym(of bytes: [UInt8]) -> [UInt8] {
    Array(HMAC<SHA256>.authenticationCode(for: bytes, using: key).prefix(16))
  }

  // MARK: Keeping it

  private static let record = Array("pseudonym key".utf8)
  private static let field = "bytes"

  /// The key, sealed.
  public func sealed(with payloadKey: PayloadKey) -> [UInt8] {
    payloadKey.seal(ofRecord: Self.record).seal(bytes, as: Self.field)
  }

  /// The key that was sealed so; nil where it was not sealed with this payload key.
  public init?(sealed: [UInt8], with payloadKey: PayloadKey) {
    guard let bytes = payloadKey.seal(ofRecord: Self.record).open(sealed, as: Self.field),
      bytes.count == 32
    else { return nil }
    self.init(bytes)
  }

  /// Nothing of the key.
  public var description: String { "pseudonym key" }
  /// Nothing.
  public var customMirror: Mirror { Mirror(self, children: []) }
}
