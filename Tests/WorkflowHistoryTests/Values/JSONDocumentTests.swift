import JSON
import Testing
import WorkflowHistory

@Suite("A JSON document")
struct JSONDocumentTests {
  @Test(
    "is accepted where RFC 8259 allows it",
    arguments: [
      "null", "true", "false", "0", "-0", "-0.0", "12", "-1.5", "1e5", "1E+5", "1e-5", "0.5e0",
      "12345678901234567890", "\"\"", "\"a\"", "[]", "{}", "[ ]", "{ }", " [1] ", "\t\r\n1\n",
      "[1,2,3]", "[[],[[]],{}]", "{\"a\":1}", "{\"a\":{\"b\":[null,true,\"c\"]}}",
      "{\"\":0}", "{\"a\":1,\"a\":2}", "[1 , 2]", "{ \"a\" : 1 }", "{\"a\":[],\"b\":{}}",
      #""\"\\\/\b\f\n\r\t""#, #""\u0001\u00e9\u20AC\uD83D\uDE00\uFFFF""#, #""\u0000a""#.dropNUL,
      "\"é€😀\"", "\"\u{7F}\"", "\"\u{FFFF}\"", "\"\u{10FFFF}\"", "\"\u{D7FF}\u{E000}\"",
      "\"twelve bytes\"", "\"exactly8\"", "\"a long text, and é in the middle of it\"",
    ])
  func accepted(text: String) throws {
    #expect(try json(text).utf8 == Array(text.utf8))
  }

  @Test(
    "is refused where RFC 8259 does not allow it, at the byte where it goes wrong",
    arguments: [
      ("", 0), (" ", 1), ("nul", 3), ("nulL", 3), ("True", 0), ("NaN", 0), ("Infinity", 0),
      ("-Infinity", 1), ("+1", 0), ("-", 1), ("01", 0), ("-01", 1), ("00", 0), ("1.", 2),
      (".5", 0), ("1.e5", 2), ("1e", 2), ("1e+", 3), ("1ee5", 2), ("0x1", 1), ("1_000", 1),
      ("1 2", 2), ("null null", 5), ("[1]]", 3), ("{}{}", 2), ("[", 1), ("]", 0), ("[1", 2),
      ("[1,", 3), ("[,1]", 1), ("[1,]", 3), ("[1 2]", 3), ("[1}", 2), ("[1:2]", 2), ("{", 1),
      ("}", 0), ("{]", 1), ("{1:2}", 1), ("{a:1}", 1), ("{'a':1}", 1), ("{\"a\"}", 4),
      ("{\"a\" 1}", 5), ("{\"a\":}", 5), ("{\"a\":1,}", 7), ("{\"a\":1]", 6), ("{,}", 1),
      ("{\"a\":1 \"b\":2}", 7), ("{\"a\":1", 6), ("{\"a\":1,", 7), ("{\"a\",1}", 4), ("\"", 0),
      ("\"abc", 0), ("'a'", 0), ("\"a\u{1}\"", 2), ("\"\t\"", 1), ("\"\n\"", 1),
      ("\"1234567\u{1F}\"", 8), (#""\x41""#, 1), (#""\U0041""#, 1), (#""\"#, 1), (#""\""#, 0),
      (#""\u12""#, 1), (#""\u12G4""#, 1), (#""\u+123""#, 1), ("//\n1", 0), ("/**/1", 0),
      ("\u{FEFF}1", 0), ("\u{A0}1", 0), ("\u{C}1", 0), ("1\u{0}", 1), ("[\u{B}]", 1),
    ])
  func malformed(text: String, offset: Int) {
    #expect(throws: JSONError.self) { try json(text) }
    #expect(failure(Array(text.utf8))?.offset == offset)
  }

  @Test(
    "is refused where a string is not UTF-8",
    arguments: [
      [0x80], [0xBF], [0xFF], [0xFE], [0xC0, 0x80], [0xC1, 0xBF], [0xC2], [0xC2, 0x41],
      [0xC2, 0xC2], [0xE0, 0x80, 0x80], [0xE0, 0x9F, 0xBF], [0xE2, 0x82], [0xE2, 0x41, 0x41],
      [0xE2, 0x82, 0x41], [0xED, 0xA0, 0x80], [0xED, 0xBF, 0xBF], [0xF0, 0x80, 0x80, 0x80],
      [0xF0, 0x8F, 0xBF, 0xBF], [0xF0, 0x9F, 0x98], [0xF0, 0x9F, 0x98, 0x41],
      [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xF8, 0x88, 0x80, 0x80, 0x80],
    ] as [[UInt8]])
  func notUTF8(bytes: [UInt8]) {
    let quote: [UInt8] = [0x22]
    let refused = failure(quote + Array("some text".utf8) + bytes + quote)
    #expect(refused == JSONError(offset: 10, reason: "the text is not UTF-8"))
    #expect(failure(quote + bytes) != nil, "where the text ends there")
  }

  @Test(
    "is refused where jsonb can't keep an escape",
    arguments: [
      #""\u0000""#, #""a\u0000b""#, #"{"\u0000":1}"#, #""\uD800""#, #""\uDBFF""#, #""\uDC00""#,
      #""\uDFFF""#, #""\uD800\uD800""#, #""\uD800\u0041""#, #""\uD800\n""#, #""\uD800x""#,
      #""\uDE00\uD83D""#, #""\ud83d\u""#, #""\ud83d"#,
    ])
  func refusedEscape(text: String) {
    #expect(throws: JSONError.self) { try json(text) }
  }

  @Test("may nest 64 deep, and no deeper")
  func depth() throws {
    let deepest = nested("[", "]", 64)
    #expect(try json(deepest).utf8.count == 128)
    #expect(try json(nested("{\"a\":[", "]}", 32)).utf8.isEmpty == false)
    #expect(failure(Array(nested("[", "]", 65).utf8))?.offset == 64)
    #expect(throws: JSONError.self) { try json(nested("{\"a\":", "}", 65, around: "1")) }
    #expect(throws: JSONError.self) { try json(String(repeating: "[", count: 1_000_000)) }
    #expect(
      try json("[" + [String](repeating: deepest.inner, count: 3).joined(separator: ",") + "]")
        .utf8.count > 300, "depth is of what is open, not of all that was opened")
  }

  @Test(
    "may hold a number of 400 characters when written out, and no longer",
    arguments: [
      ("1" + zeros(399), true), ("1" + zeros(400), false), ("-1" + zeros(398), true),
      ("-1" + zeros(399), false), ("1e399", true), ("1e400", false), ("1E+0399", true),
      ("-1e398", true), ("-1e399", false), ("1e100000", false), ("1e99999999999", false),
      ("1e9223372036854775808", false), ("1e" + String(repeating: "9", count: 5000), false),
      ("1e-398", true), ("1e-399", false), ("-1e-397", true), ("-1e-398", false),
      ("1e-99999999999", false), ("1e-9223372036854775809", false), ("0e99999999999", false),
      ("0e500", true), ("0.00e500", true), ("0e-398", true), ("0e-399", false),
      ("1" + zeros(450) + "e-450", false), ("0." + zeros(449) + "1e450", true),
      ("0." + zeros(449) + "1e849", true), ("0." + zeros(449) + "1e850", false),
      ("0." + zeros(399), false), ("0." + zeros(398), true),
    ])
  func numberLength(text: String, fits: Bool) {
    #expect((failure(Array("[7,\(text)]".utf8))?.offset) == (fits ? nil : 3))
  }

  @Test("says why it is refused, and where, without its text")
  func failureDescription() {
    #expect("\(failure(Array("[secret]".utf8))!)" == "a value can't begin so, at byte 1")
  }

  @Test("is equal to a document with the same text, checked or not")
  func equality() throws {
    let unchecked = JSONDocument(uncheckedUTF8: Array("[1,2]".utf8))
    #expect(try json("[1,2]") == unchecked)
    #expect(try json("[1,2]").hashValue == unchecked.hashValue)
    #expect(try json("[1, 2]") != unchecked)
  }

  // As Postgres 15 answers `octet_length(($1::jsonb)::text)`.
  @Test(
    "knows the size that jsonb renders it at",
    arguments: [
      ("[1,2]", 6), (" [ 1 , 2 ] ", 6), ("{\"a\":1,\"b\":[]}", 17), ("{ }", 2), ("\t1\n", 1),
      ("\"a b\"", 5), (#""\/""#, 3), (#""\n\t\"\\""#, 10), (#""\u0041""#, 3), (#""\u00e9""#, 4),
      (#""\u20ac""#, 5), (#""\ud83d\ude00""#, 6), (#""\u0001""#, 8), (#""\u000a""#, 4),
      (#""\u0022\u005C""#, 6), (#""\u002f""#, 3), (#""\u007f""#, 3), (#""\u001F""#, 8),
      ("1e5", 6), ("1.50", 4), ("1.50e1", 4), ("100e-1", 4), ("1e-5", 7), ("-1e2", 4),
      ("1.5e-3", 6), ("0.001e5", 3), ("0.001e2", 3), ("0e5", 1), ("0.0e-1", 4), ("12.34e2", 4),
      ("12.34e1", 5), ("1e0", 1), ("{\"x\":1E+2}", 10),
    ])
  func renderedSize(text: String, size: Int) throws {
    #expect(try json(text).renderedSize == size)
  }

  @Test("from the database has the size of its text")
  func uncheckedSize() {
    #expect(JSONDocument(uncheckedUTF8: Array("{\"a\": 1}".utf8)).renderedSize == 8)
  }
}

private func failure(_ utf8: [UInt8]) -> JSONError? {
  do throws(JSONError) {
    _ = try JSONDocument(checking: utf8)
    return nil
  } catch {
    return error
  }
}

private func zeros(_ count: Int) -> String { String(repeating: "0", count: count) }

private func nested(_ open: String, _ close: String, _ depth: Int, around: String = "") -> String {
  String(repeating: open, count: depth) + around + String(repeating: close, count: depth)
}

extension String {
  /// Without its outermost array.
  fileprivate var inner: String { String(dropFirst().dropLast()) }
  /// With `\u0000`, which jsonb refuses, made `\\u0000`, which is six plain characters.
  fileprivate var dropNUL: String { replacing("\\u0000", with: "\\\\u0000") }
}
