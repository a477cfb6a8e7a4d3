internal import Crypto
internal import Foundation

/// Seals and opens the fields of one record with AES-256-GCM.
///
/// What is sealed is, as bytes: a version, a random nonce of 12 bytes, the ciphertext, and a tag of 16
/// bytes, which also covers the record and the field. So a value opens nowhere but where it was sealed.
public struct RecordSeal: Sendable {
  /// How many bytes a value grows by.
  public static let overhead = 29

  private static let version: UInt8 = 1

  private let key: SymmetricKey
  private let record: [UInt8]

  init(key: SymmetricKey, record: [UInt8]) {
    self.key = key
    self.record = record
  }

  /// Seals the value of a field.
  public func seal(_ plain: [UInt8], as field: String) -> [UInt8] {
    let box = try? AES.GCM.seal(plain, using: key, authenticating: authenticated(field))
    guard let sealed = box?.combined else {
      preconditionFailure("AES-GCM takes any value under 32 bytes of key")
    }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(sealed.count + 1)
    bytes.append(Self.version)
    bytes.append(contentsOf: sealed)
    return bytes
  }

  /// The value of a field; nil where it was not sealed so, with this key, as this field of this record.
  public func open(_ sealed: [UInt8], as field: String) -> [UInt8]? {
    guard sealed.first == Self.version,
      let box = try? AES.GCM.SealedBox(combined: sealed.dropFirst()),
      let plain = try? AES.GCM.open(box, using: key, authenticating: authenticated(field))
    else { return nil }
    return Array(plain)
  }

  /// Seals the value of a field, as base64.
  public func sealText(_ plain: [UInt8], as field: String) -> [UInt8] {
    Array(Data(seal(plain, as: field)).base64EncodedData())
  }

  /// The value of a field that was sealed as base64; nil as ``open(_:as:)``.
  public func openText(_ sealed: some Collection<UInt8>, as field: String) -> [UInt8]? {
    Data(base64Encoded: Data(sealed)).flatMap { open(Array($0), as: field) }
  }

  /// The version, then the record and the field, each under its length.
  private func authenticated(_ field: String) -> [UInt8] {
    var bytes = [Self.version]
    for part in [record, Array(field.utf8)] {
      bytes.append(UInt8(truncatingIfNeeded: part.count))
      bytes.append(contentsOf: part)
    }
    return bytes
  }
}
