internal import Crypto
internal import PrivateFiles
internal import TextEncoding

/// Why there are no keys for payloads.
public struct PayloadKeysError: Error, Equatable, CustomStringConvertible {
  /// One line for the operator. It quotes no key.
  public let description: String
}

/// The keys of payloads: one that seals, or none, and all that open.
public struct PayloadKeys: Sendable {
  /// What seals from now on; nil where nothing is to be sealed any more.
  public let sealing: PayloadKey?
  private let keys: [PayloadKey]

  /// Reads the keys from a list: on each line an id and 32 bytes as base64url. The first key seals,
  /// all of them open. With `plain` as the first line none seals, and all open. Empty lines, and those
  /// that begin with `#`, say nothing.
  ///
  /// - Throws: ``PayloadKeysError`` with the number of the line that can't be read.
  public init(list bytes: [UInt8]) throws(PayloadKeysError) {
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw PayloadKeysError(description: "is not UTF-8")
    }
    var keys: [PayloadKey] = []
    var seals = true
    for (number, line) in zip(1..., text.split(omittingEmptySubsequences: false) { $0.isNewline }) {
      let words = line.split { $0 == " " || $0 == "\t" }
      guard let id = words.first, id.first != "#" else { continue }
      if words == ["plain"], keys.isEmpty, seals {
        seals = false
        continue
      }
      guard words.count == 2, let key = PayloadKey(id: String(id), base64URL: words[1]) else {
        throw PayloadKeysError(
          description:
            "line \(number) is no `ID KEY`: an id of 1 to 64 letters, digits, '.', '_' and"
            + " '-', and 32 bytes as base64url")
      }
      guard !keys.contains(where: { $0.id == key.id }) else {
        throw PayloadKeysError(description: "line \(number) has the id of another key")
      }
      keys.append(key)
    }
    guard let first = keys.first else { throw PayloadKeysError(description: "has no key") }
    sealing = seals ? first : nil
    self.keys = keys
  }

  /// Reads the keys in a file.
  ///
  /// - Throws: ``PayloadKeysError`` with the file's path.
  public init(path: String) throws(PayloadKeysError) {
    let bytes: [UInt8]?
    do {
      bytes = try PrivateFile.read(path)
    } catch {
      throw PayloadKeysError(description: error.description)
    }
    guard let bytes else { throw PayloadKeysError(description: "there is no file \(path)") }
    do {
      try self.init(list: bytes)
    } catch {
      throw PayloadKeysError(description: "\(path): \(error.description)")
    }
  }

  /// The key with an id.
  public subscript(id: String) -> PayloadKey? { keys.first { $0.id == id } }

  /// The key that stands first, whether it seals or not.
  public var first: PayloadKey { keys[0] }
}

/// A key of 256 bits, and what it is called. It never shows in a description.
public struct PayloadKey: Sendable, CustomStringConvertible, CustomReflectable {
  /// What tells it from others, where something is sealed with it.
  public let id: String
  private let key: SymmetricKey

  fileprivate init?(id: String, base64URL text: Substring) {
    let isWord = id.utf8.allSatisfy {
      switch $0 {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"),
        UInt8(ascii: "-"):
        true
      default: false
      }
    }
    // 32 bytes are 43 characters, or 44 with the padding that some tools put there.
    let digits = text.last == "=" ? text.dropLast() : text
    guard isWord, (1...64).contains(id.utf8.count),
      let bytes = Base64URL.decode(String(digits)), bytes.count == 32
    else { return nil }
    self.id = id
    key = SymmetricKey(data: bytes)
  }

  /// What seals and opens the fields of one record.
  ///
  /// It has a key of its own, derived from this one (HKDF-Expand, RFC 5869): so random nonces never
  /// wear out, however many records there are.
  public func seal(ofRecord record: [UInt8]) -> RecordSeal {
    let info = Array("workflow-history record ".utf8) + record
    return RecordSeal(
      key: HKDF<SHA256>.expand(pseudoRandomKey: key, info: info, outputByteCount: 32),
      record: record)
  }

  /// The id alone.
  public var description: String { "payload key \(id)" }
  /// Nothing.
  public var customMirror: Mirror { Mirror(self, children: []) }
}
