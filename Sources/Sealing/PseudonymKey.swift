internal import Crypto

/// Gives texts names under which they can be counted and not guessed: a keyed hash of each, or a seal
/// that opens.
///
/// Its key outlives the keys of payloads, or what was counted before could not be told from what is
/// counted later. So it is kept sealed with one of these.
public struct PseudonymKey: Sendable, CustomStringConvertible, CustomReflectable {
  private let bytes: [UInt8]
  private let key: SymmetricKey
  private let nonceKey: SymmetricKey
  private let labelKey: SymmetricKey

  /// A new one, of 32 random bytes.
  public init() {
    // The system's generator is a cryptographic one on every platform we run on.
    var generator = SystemRandomNumberGenerator()
    self.init((0..<32).map { _ in UInt8.random(in: .min ... .max, using: &generator) })
  }

  private init(_ bytes: [UInt8]) {
    self.bytes = bytes
    let key = SymmetricKey(data: bytes)
    func derived(_ use: String) -> SymmetricKey {
      HKDF<SHA256>.expand(
        pseudoRandomKey: key, info: Array("workflow-history \(use)".utf8), outputByteCount: 32)
    }
    self.key = key
    nonceKey = derived("label nonce")
    labelKey = derived("label")
  }

  /// The first half of the HMAC-SHA256 of some bytes.
  public func pseudonym(of bytes: [UInt8]) -> [UInt8] {
    Array(HMAC<SHA256>.authenticationCode(for: bytes, using: key).prefix(16))
  }

  // MARK: Labels

  /// Seals a text so that it is the same each time, and so can be counted, and tells nothing but its
  /// length and that it is the same; in another context it is sealed otherwise.
  ///
  /// It is AES-256-GCM under a nonce that is made of the text and its context by a key of its own, as SIV
  /// has it (Rogaway and Shrimpton, 2006): two texts never share a nonce but by chance.
  public func seal(label text: [UInt8], in context: [UInt8]) -> [UInt8] {
    var input = (0..<8).map { UInt8(truncatingIfNeeded: context.count >> (8 * $0)) }
    input += context + text
    let code = Array(HMAC<SHA256>.authenticationCode(for: input, using: nonceKey))
    let box = (try? AES.GCM.Nonce(data: code.prefix(12))).flatMap {
      try? AES.GCM.seal(text, using: labelKey, nonce: $0, authenticating: context)
    }
    guard let sealed = box?.combined else {
      preconditionFailure("AES-GCM takes any text under 32 bytes of key and a nonce of 12")
    }
    return Array(sealed)
  }

  /// The text that was sealed so; nil where none was, with this key and in this context.
  public func open(label sealed: [UInt8], in context: [UInt8]) -> [UInt8]? {
    guard let box = try? AES.GCM.SealedBox(combined: sealed) else { return nil }
    return (try? AES.GCM.open(box, using: labelKey, authenticating: context)).map { Array($0) }
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
