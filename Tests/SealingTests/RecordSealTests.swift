import Sealing
import Testing

/// Two keys of no secret.
func testKeys() throws -> PayloadKeys {
  let (a, b) = (String(repeating: "A", count: 43), String(repeating: "B", count: 42) + "A")
  return try PayloadKeys(list: Array("a \(a)\nb \(b)\n".utf8))
}

@Suite("What is sealed")
struct RecordSealTests {
  private let plain = Array("a secret".utf8)
  private let seal: RecordSeal

  init() throws { seal = try testKeys().first.seal(ofRecord: [1, 2, 3]) }

  @Test("opens as what it was, as bytes and as text", arguments: [0, 1, 17, 100_000])
  func roundTrip(size: Int) throws {
    let plain = (0..<size).map { UInt8(truncatingIfNeeded: $0) }
    let sealed = seal.seal(plain, as: "field")
    #expect(sealed.count == size + RecordSeal.overhead)
    #expect(seal.open(sealed, as: "field") == plain)
    #expect(seal.openText(seal.sealText(plain, as: "field"), as: "field") == plain)
  }

  @Test("is never the same twice, and does not hold what it was")
  func nonces() {
    #expect(seal.seal(plain, as: "field") != seal.seal(plain, as: "field"))
    #expect(!seal.seal(plain, as: "field").contains(plain))
  }

  @Test("opens in no other field, in no other record and under no other key")
  func binding() throws {
    let sealed = seal.seal(plain, as: "field")
    #expect(seal.open(sealed, as: "other") == nil)
    let keys = try testKeys()
    #expect(keys.first.seal(ofRecord: [1, 2]).open(sealed, as: "field") == nil)
    #expect(keys["b"]?.seal(ofRecord: [1, 2, 3]).open(sealed, as: "field") == nil)
    #expect(keys["a"]?.seal(ofRecord: [1, 2, 3]).open(sealed, as: "field") == plain)
  }

  @Test("does not open once any of its bytes is another, or missing, or one more")
  func tampering() {
    let sealed = seal.seal(plain, as: "field")
    for index in sealed.indices {
      var changed = sealed
      changed[index] ^= 1
      #expect(seal.open(changed, as: "field") == nil, "byte \(index)")
      #expect(seal.open(Array(sealed.prefix(index)), as: "field") == nil)
    }
    #expect(seal.open(sealed + [0], as: "field") == nil)
    #expect(seal.openText("no base64!".utf8, as: "field") == nil)
    #expect(seal.openText("".utf8, as: "field") == nil)
  }
}

@Suite("Pseudonyms")
struct PseudonymKeyTests {
  @Test("are the same for the same text under one key, and others under another")
  func stable() {
    let (key, other) = (PseudonymKey(), PseudonymKey())
    #expect(key.pseudonym(of: [1]) == key.pseudonym(of: [1]))
    #expect(key.pseudonym(of: [1]) != key.pseudonym(of: [2]))
    #expect(key.pseudonym(of: [1]) != other.pseudonym(of: [1]))
  }

  @Test(
    "that open are the same for the same text, and open in their context and under their key alone")
  func labels() throws {
    let (key, other) = (PseudonymKey(), PseudonymKey())
    let text = Array("transform".utf8)
    let label = key.seal(label: text, in: [1])
    #expect(label == key.seal(label: text, in: [1]))
    #expect(label.count == text.count + 28)
    #expect(key.open(label: label, in: [1]) == text)
    #expect(key.open(label: key.seal(label: [], in: []), in: []) == [])
    for different in [
      key.seal(label: text, in: [2]), key.seal(label: text + [0], in: [1]),
      other.seal(label: text, in: [1]),
    ] { #expect(different.prefix(12) != label.prefix(12)) }
    // Where a context ends and a text begins makes a difference.
    #expect(key.seal(label: [2], in: [1]).prefix(12) != key.seal(label: [], in: [1, 2]).prefix(12))
    #expect(key.open(label: label, in: [2]) == nil)
    #expect(other.open(label: label, in: [1]) == nil)
    for index in label.indices {
      var changed = label
      changed[index] ^= 1
      #expect(key.open(label: changed, in: [1]) == nil)
      #expect(key.open(label: Array(label.prefix(index)), in: [1]) == nil)
    }
  }

  @Test("stay the same where their key is sealed with another payload key")
  func rotation() throws {
    let keys = try testKeys()
    let (a, b) = (keys.first, try #require(keys["b"]))
    let key = PseudonymKey()
    let opened = try #require(PseudonymKey(sealed: key.sealed(with: a), with: a))
    let rotated = try #require(PseudonymKey(sealed: opened.sealed(with: b), with: b))
    #expect(rotated.pseudonym(of: [7]) == key.pseudonym(of: [7]))
    #expect(PseudonymKey(sealed: opened.sealed(with: b), with: a) == nil)
    #expect("\(key)" == "pseudonym key" && Mirror(reflecting: key).children.isEmpty)
  }
}
