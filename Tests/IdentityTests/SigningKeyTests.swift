import FileTesting
import Crypto
import Foundation
import Testing
import TextEncoding

@testable import Identity

@Suite("The signing key")
final class SigningKeyTests {
  let directory: TemporaryDirectory
  let path: String

  init() throws {
    directory = try TemporaryDirectory()
    path = directory.path + "/jwt/secret"
  }

  @Test("is refused when it is shorter than HS256 asks for", arguments: [0, 1, 31])
  func short(size: Int) throws {
    let secret = [UInt8](repeating: UInt8(ascii: "s"), count: size)
    #expect(throws: SigningKeyError.self) { try SigningKey(secret: secret) }
    // Line ends don't make a secret longer.
    let path = directory.path + "/short"
    try Data(secret + Array("\r\n\n".utf8)).write(to: URL(filePath: path))
    #expect { try SigningKey(path: path) } throws: { error in
      "\(error)" == "\(path): the JWT secret has \(size) bytes; HS256 needs at least 32"
    }
    #expect(throws: SigningKeyError.self) { try SigningKey.loadOrCreate(path: path) }
    #expect(try Data(contentsOf: URL(filePath: path)) == Data(secret + Array("\r\n\n".utf8)))
  }

  @Test("is a file's bytes without the line ends after them", arguments: ["", "\n", "\r\n"])
  func lineEnds(end: String) throws {
    let path = directory.path + "/given"
    try Data(TokenMint.secret + Array(end.utf8)).write(to: URL(filePath: path))
    #expect(try SigningKey(path: path).secret == SymmetricKey(data: TokenMint.secret))
  }

  @Test("is not made where it should be read")
  func missing() throws {
    #expect { try SigningKey(path: path) } throws: { error in
      "\(error)" == "there is no JWT secret at \(path)"
    }
    #expect(!FileManager.default.fileExists(atPath: path))
  }

  @Test("is made once, of 32 bytes, for its owner alone")
  func made() throws {
    let key = try SigningKey.loadOrCreate(path: path)
    #expect(try mode(of: path) == 0o600)
    #expect(try mode(of: directory.path + "/jwt") == 0o700)
    let text = try String(contentsOf: URL(filePath: path), encoding: .utf8)
    #expect(text.hasSuffix("\n"))
    #expect(Base64URL.decode(String(text.dropLast()))?.count == 32)
    #expect(try SigningKey.loadOrCreate(path: path).secret == key.secret)
    #expect(try SigningKey(path: path).secret == key.secret)
  }

  @Test("is another in every directory")
  func random() throws {
    let other = try SigningKey.loadOrCreate(path: directory.path + "/other/secret")
    #expect(try SigningKey.loadOrCreate(path: path).secret != other.secret)
  }

  @Test("is the same for all that make it at once")
  func race() throws {
    for round in 0..<20 {
      let path = "\(directory.path)/\(round)/secret"
      let keys = try atOnce(8) { _ in try SigningKey.loadOrCreate(path: path).secret }
      #expect(keys.allSatisfy { $0 == keys[0] })
    }
  }

  @Test("does not show in a description")
  func hidden() throws {
    let key = try SigningKey(secret: TokenMint.secret)
    var dumped = ""
    dump(key, to: &dumped)
    for text in ["\(key)", String(reflecting: key), "\([key])", dumped] {
      #expect(!text.contains("thirty") && !text.contains("bits"), "\(text)")
    }
  }
}
