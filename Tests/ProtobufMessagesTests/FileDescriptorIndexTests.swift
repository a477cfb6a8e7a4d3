import ProtobufMessages
import Testing

@Suite("An index of file descriptors")
struct FileDescriptorIndexTests {
  /// `package a`: a message with all that a message may declare, an enum, a service, extensions.
  private static let a = file(
    "a.proto", package: "a", imports: ["b.proto", "c.proto"],
    field(
      4,
      text(1, "M") + field(2, text(1, "scalar")) + field(8, text(1, "choice"))
        + field(3, text(1, "Inner") + field(2, text(1, "deep")))
        + field(4, text(1, "Kind") + field(2, text(1, "KIND_ONE")))
        + field(6, text(1, "inside") + text(2, ".b.Open") + [0x18, 101]))
      + field(5, text(1, "E") + field(2, text(1, "E_ONE")))
      + field(6, text(1, "S") + field(2, text(1, "Do")))
      + field(7, text(1, "outside") + text(2, ".b.Open") + [0x18, 100]))
  private static let b = file(
    "b.proto", package: "b", imports: ["c.proto"], field(4, text(1, "Open")))
  private static let c = file("c.proto", package: nil, field(4, text(1, "Bare")))
  /// Extends a message of another set.
  private static let d = file(
    "d.proto", package: "d", imports: ["b.proto"],
    field(7, text(1, "more") + text(2, ".b.Open") + [0x18, 7]) + field(6, text(1, "T")))

  private let index: FileDescriptorIndex

  init() throws {
    index = try FileDescriptorIndex([
      field(1, Self.c) + field(1, Self.b) + field(1, Self.a), field(1, Self.b) + field(1, Self.d),
    ])
  }

  @Test("gives a file by its name, and after it all that it imports, each once")
  func byName() {
    #expect(index.files(named: "c.proto") == [Self.c])
    #expect(index.files(named: "b.proto") == [Self.b, Self.c])
    #expect(index.files(named: "a.proto") == [Self.a, Self.b, Self.c])
    #expect(index.files(named: "d.proto") == [Self.d, Self.b, Self.c])
    #expect(index.files(named: "e.proto") == nil)
    #expect(index.files(named: "") == nil)
  }

  @Test(
    "finds the file that declares a symbol",
    arguments: [
      "a.M", "a.M.scalar", "a.M.choice", "a.M.Inner", "a.M.Inner.deep", "a.M.Kind", "a.M.KIND_ONE",
      "a.M.inside", "a.E", "a.E_ONE", "a.S", "a.S.Do", "a.outside",
    ])
  func bySymbol(symbol: String) {
    #expect(index.files(declaring: symbol)?.first == Self.a)
  }

  @Test("finds a symbol that has no package, and none by less than its full name")
  func fullNames() {
    #expect(index.files(declaring: "Bare") == [Self.c])
    for symbol in ["", "M", "a", ".a.M", "a.M.", "a.m", "a.E.E_ONE", "a.M.Kind.KIND_ONE", "S.Do"] {
      #expect(index.files(declaring: symbol) == nil, "\(symbol)")
    }
  }

  @Test("finds extensions, of whatever file and set, by message and number")
  func extensions() {
    #expect(index.files(extending: "b.Open", number: 100)?.first == Self.a)
    #expect(index.files(extending: "b.Open", number: 101)?.first == Self.a)
    #expect(index.files(extending: "b.Open", number: 7)?.first == Self.d)
    #expect(index.files(extending: "b.Open", number: 8) == nil)
    #expect(index.files(extending: "a.M", number: 100) == nil)
    #expect(index.extensionNumbers(of: "b.Open") == [7, 100, 101])
  }

  @Test("tells a message without extensions from what is no message")
  func noExtensions() {
    #expect(index.extensionNumbers(of: "a.M.Inner") == [])
    for symbol in ["b.Shut", "a.E", "a.S", "a.M.scalar", ""] {
      #expect(index.extensionNumbers(of: symbol) == nil, "\(symbol)")
    }
  }

  @Test("lists the services of all sets")
  func services() {
    #expect(index.serviceNames == ["a.S", "d.T"])
  }

  @Test("keeps a file's bytes as they are, with fields that nobody knows")
  func original() throws {
    let file = Self.c + [0xF8, 0x07, 0x85, 0x00] + text(12, "proto3")
    let index = try FileDescriptorIndex([[0x10, 0x01] + field(1, file)])
    #expect(index.files(declaring: "Bare") == [file])
  }

  @Test("takes the first of files with one name, and does without an import that is not there")
  func oddSets() throws {
    let other = file("c.proto", package: "other", field(4, text(1, "Bare")))
    let index = try FileDescriptorIndex([field(1, Self.b), field(1, other), field(1, Self.c)])
    #expect(index.files(named: "b.proto") == [Self.b, other])
    #expect(index.files(declaring: "Bare") == nil)
    #expect(try FileDescriptorIndex([field(1, Self.b)]).files(named: "b.proto") == [Self.b])
    #expect(try FileDescriptorIndex([]).serviceNames == [])
  }

  @Test("refuses bytes that are no set", arguments: [[0x0A], [0x0A, 0x02, 0x0A, 0x05], [0x07]])
  func malformed(bytes: [UInt8]) {
    #expect(throws: MessageError.self) { try FileDescriptorIndex([bytes]) }
  }
}

/// A serialized `google.protobuf.FileDescriptorProto`.
private func file(
  _ name: String, package: String?, imports: [String] = [], _ declarations: [UInt8]
) -> [UInt8] {
  text(1, name) + (package.map { text(2, $0) } ?? []) + imports.flatMap { text(3, $0) }
    + declarations
}

/// A length-delimited field of up to 16383 bytes, whose number takes one byte.
private func field(_ number: UInt8, _ content: [UInt8]) -> [UInt8] {
  [number << 3 | 2, UInt8(content.count & 0x7F) | 0x80, UInt8(content.count >> 7)] + content
}

private func text(_ number: UInt8, _ text: String) -> [UInt8] { field(number, Array(text.utf8)) }
