import Testing
import WorkflowHistory

@testable import ArchiveFiles

@Suite("Files of archived executions")
struct ArchiveTests {
  /// With every field, and everything in its texts that a format could trip over.
  private static let full: ArchivedExecution = {
    var fields = ExecutionFields()
    fields.id = ExecutionID("01a3185c-5000-7abc-8123-456789abcdef")
    fields.workflowID = " a,\"b\"\r\nc\\ é\u{1F600}\u{7F}\u{2028} "
    fields.workflowType = "etl"
    fields.userID = "bob"
    fields.status = .failed
    fields.startTime = Timestamp(microseconds: -1)
    fields.endTime = Timestamp(microseconds: 1_800_000_000_123_456)
    fields.durationSeconds = 1e-7
    fields.errorMessage = "\u{1}\n\n"
    fields.inputData = JSONDocument(uncheckedUTF8: Array("{\"a\": [1, \"x, \\\"y\\\"\"]}".utf8))
    fields.outputData = JSONDocument(uncheckedUTF8: Array("null".utf8))
    fields.taskResults = JSONDocument(uncheckedUTF8: Array("[]".utf8))
    fields.executionMetadata = JSONDocument(uncheckedUTF8: Array("{}".utf8))
    return ArchivedExecution(
      fields: fields, version: 7, updatedAt: Timestamp(microseconds: 5),
      saveDigest: Array(0..<32))
  }()
  private static let bare = ArchivedExecution(fields: ExecutionFields())

  private func decoded(
    _ text: [UInt8], _ format: ArchiveFormat, by size: Int = .max
  ) throws -> [ArchiveDecoder.Element] {
    var decoder = ArchiveDecoder(format)
    var found: [ArchiveDecoder.Element] = []
    for start in stride(from: 0, to: text.count, by: min(size, max(text.count, 1))) {
      decoder.append(text[start..<min(text.count, start + min(size, text.count))])
      while let element = try decoder.next() { found.append(element) }
    }
    decoder.finish()
    while let element = try decoder.next() { found.append(element) }
    return found
  }

  private func decoded(_ text: String, _ format: ArchiveFormat) throws -> [ArchiveDecoder.Element] {
    try decoded(Array(text.utf8), format)
  }

  private func failures(_ text: String, _ format: ArchiveFormat) throws -> [ArchiveError] {
    try decoded(text, format).compactMap { element in
      if case .failure(let error) = element.execution { error } else { nil }
    }
  }

  @Test(
    "come back as they were written, in whatever pieces", arguments: ArchiveFormat.allCases)
  func roundTrip(format: ArchiveFormat) throws {
    let encoder = ArchiveEncoder(format)
    var bytes = encoder.header
    let all = [Self.full, Self.bare, Self.full]
    for archived in all { encoder.append(archived, to: &bytes) }
    for size in [1, 2, 3, 7, 64, .max] {
      let found = try decoded(bytes, format, by: size)
      #expect(try found.map { try $0.execution.get() } == all)
    }
  }

  @Test("have in NDJSON the proto's names, in their order, and documents as JSON values")
  func ndjson() {
    var bytes: [UInt8] = []
    ArchiveEncoder(.ndjson).append(Self.full, to: &bytes)
    let text = String(decoding: bytes, as: UTF8.self)
    #expect(
      text == #"""
        {"id":"01a3185c-5000-7abc-8123-456789abcdef",\#
        "workflow_id":" a,\"b\"\r\nc\\ é😀\u007f\u2028 ",\#
        "workflow_type":"etl","user_id":"bob","status":"FAILED",\#
        "start_time":"1969-12-31T23:59:59.999999Z","end_time":"2027-01-15T08:00:00.123456Z",\#
        "duration_seconds":1e-07,"error_message":"\u0001\n\n",\#
        "input_data":{"a": [1, "x, \"y\""]},"output_data":null,"task_results":[],\#
        "execution_metadata":{},"version":7,"created_at":"2027-01-15T08:00:00Z",\#
        "updated_at":"1970-01-01T00:00:00.000005Z",\#
        "save_digest":"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"}

        """#)
  }

  @Test(
    "may say in NDJSON what others write: any order and white space, nulls, long names of statuses")
  func foreignNDJSON() throws {
    let found = try decoded(
      "\u{FEFF}{ \"status\" : \"WORKFLOW_STATUS_paused\" ,\t\"end_time\": null, "
        + "\"\\u0075ser_id\": \"u\", \"version\": null, \"input_data\": null }  \r\n\n  \n{}",
      .ndjson)
    #expect(found.map(\.line) == [1, 4])
    let first = try found[0].execution.get()
    #expect(first.fields.status == .paused)
    #expect(first.fields.userID == "u")
    #expect(first.fields.endTime == nil && first.version == 0)
    #expect(first.fields.inputData == JSONDocument(uncheckedUTF8: Array("null".utf8)))
    #expect(try found[1].execution.get() == Self.bare)
  }

  @Test("tell of each line of NDJSON that is none what is wrong with it, and go on")
  func badNDJSON() throws {
    let bad = [
      "[]": "expected '{'", "{": "expected a member's name", "{\"id\":1}": "id: must be a string",
      "{\"id\":\"x\"}": "id: must be a UUID", "{\"ID\":\"x\"}": "\"ID\" is no field",
      "{\"status\":\"DONE\"}": "status: must be one of", "{} x": "more after",
      "{\"version\":1.5}": "version: must be a whole number",
      "{\"duration_seconds\":\"1\"}": "duration_seconds: must be a number",
      "{\"start_time\":\"now\"}": "start_time: must be as RFC 3339",
      "{\"save_digest\":\"*\"}": "save_digest: must be Base64",
      "{\"user_id\":\"a\",\"user_id\":\"b\"}": "user_id twice",
      "{\"input_data\":{\"a\":}}": "value can't begin so", "{\"user_id\" \"a\"}": "expected ':'",
      "{\"user_id\":\"a\" \"status\":1}": "expected '}'", "{\"input_data\":\"\\u0000\"}": "u0000",
    ]
    for (line, reason) in bad {
      let found = try failures("{}\n\(line)\n{}\n", .ndjson)
      #expect(found.map(\.line) == [2], "\(line)")
      #expect(found.first?.description.contains(reason) == true, "\(line): \(found)")
    }
    // Nesting as deep as a document may have, in a line that has one level more.
    let deep = String(repeating: "[", count: 64) + String(repeating: "]", count: 64)
    #expect(try failures("{\"input_data\":\(deep)}", .ndjson).isEmpty)
    #expect(try failures("{\"input_data\":[\(deep)]}", .ndjson).count == 1)
  }

  @Test("may say in CSV some columns in any order, with line feeds alone or not")
  func foreignCSV() throws {
    for end in ["\n", "\r\n"] {
      let found = try decoded(
        [
          "status,user_id,input_data", "failed,\"a \"\"b\"\"\n\",", "",
          "RUNNING,,\"{\"\"a\"\": 1}\"",
        ]
        .joined(separator: end), .csv)
      #expect(found.map(\.line) == [2, 5])
      let rows = try found.map { try $0.execution.get() }
      #expect(rows.map(\.fields.status) == [.failed, .running])
      #expect(rows.map(\.fields.userID) == ["a \"b\"\n", nil])
      #expect(rows.map(\.fields.inputData?.utf8) == [nil, Array("{\"a\": 1}".utf8)])
    }
  }

  @Test("tell of each row of CSV that is none what is wrong with it, and go on")
  func badCSV() throws {
    for (row, reason) in [
      "a": "1 fields under 2 columns", "a,b,c": "3 fields", "a,\"b\"c": "quote", "a,b\"": "quote",
      "a,{": "input_data: is not a JSON document",
    ] {
      let found = try failures("user_id,input_data\n\(row)\nu,1\n", .csv)
      #expect(found.first?.line == 2, "\(row)")
      #expect(found.first?.description.contains(reason) == true, "\(row): \(found)")
    }
  }

  @Test("refuse a text that is not UTF-8", arguments: ArchiveFormat.allCases)
  func notUTF8(format: ArchiveFormat) throws {
    let bad: [UInt8] = [0x61, 0xFF]
    let text =
      format == .csv
      ? Array("user_id\n".utf8) + bad : Array("{\"user_id\":\"".utf8) + bad + Array("\"}".utf8)
    let found = try decoded(text, format)
    #expect(throws: ArchiveError.self) { try found[0].execution.get() }
  }

  @Test("end at a line of names that names what is no field, or one twice")
  func badColumns() {
    for names in ["user_id,name", "user_id,user_id", "user_id,\"", "user_id,"] {
      #expect(throws: ArchiveError.self, "\(names)") { try decoded("\(names)\na,b\n", .csv) }
    }
  }
}
