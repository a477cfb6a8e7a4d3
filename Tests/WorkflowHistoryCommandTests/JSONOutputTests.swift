import Foundation
import Testing
import WorkflowHistory

@testable import workflow_history

@Suite("What commands print as JSON")
struct JSONOutputTests {
  @Test("is indented by two spaces, and empty where it is empty")
  func indented() {
    #expect(
      JSONLayout.indented(Array(#"{"name":"a:{},\\","empty":[],"counts":[1,"2"],"inner":{}}"#.utf8))
        == #"""
        {
          "name": "a:{},\\",
          "empty": [],
          "counts": [
            1,
            "2"
          ],
          "inner": {}
        }
        """#)
  }

  @Test("stands on one line, without what is absent, and long integers as strings")
  func line() {
    let value = JSONValue.object([
      ("name", .string("a")), ("absent", nil), ("empty", .array([])),
      ("counts", .array([.int64(1), .boolean(true)])), ("inner", .object([])),
    ])
    #expect(value.line == #"{"name": "a","empty": [],"counts": ["1",true],"inner": {}}"#)
  }

  @Test("keeps every text as it is, in characters that any terminal can bear")
  func strings() throws {
    let text = "\"\\/\u{0}\u{1B}[31m\n\r\t\u{7F}\u{9B}\u{2028}é😀"
    let written = JSONValue.string(text).line
    #expect(written.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control })
    let read = try JSONSerialization.jsonObject(with: Data("[\(written)]".utf8)) as? [String]
    #expect(read == [text])
  }

  @Test(
    "writes the shortest decimal that reads back, and names what JSON has no number for",
    arguments: [
      (0, "0"), (12.5, "12.5"), (0.1, "0.1"), (100, "100"), (1e22, "1e+22"),
      (Double.leastNonzeroMagnitude, "5e-324"),
      (.infinity, "\"Infinity\""), (-.infinity, "\"-Infinity\""), (.nan, "\"NaN\""),
    ] as [(Double, String)])
  func doubles(number: Double, text: String) {
    #expect(JSONValue.double(number).line == text)
  }

  @Test("writes an execution with its enum by name, times as RFC 3339, and documents as messages")
  func execution() throws {
    let execution = WorkflowExecution(
      id: ExecutionID(high: 0x0198_C5F2_7C1E_7A52, low: 0x9A0D_3B1F_0C2D_4E5F),
      workflowID: "wf-1", workflowType: "etl", userID: "ann", status: .failed,
      inputData: try JSONDocument(checking: Array(#"{"n": 12345678901234567890}"#.utf8)),
      outputData: nil, taskResults: nil, errorMessage: nil,
      startTime: Timestamp(microseconds: 1_500_000), endTime: nil, durationSeconds: 0,
      executionMetadata: nil, version: 2, createdAt: Timestamp(microseconds: 0),
      updatedAt: Timestamp(microseconds: 1))
    #expect(
      ExecutionAnswer(execution: execution).response.json == """
        {
          "execution": {
            "id": "0198c5f2-7c1e-7a52-9a0d-3b1f0c2d4e5f",
            "workflowId": "wf-1",
            "workflowType": "etl",
            "userId": "ann",
            "status": "WORKFLOW_STATUS_FAILED",
            "inputData": {
              "json": "{\\"n\\": 12345678901234567890}"
            },
            "errorMessage": "",
            "startTime": "1970-01-01T00:00:01.500Z",
            "durationSeconds": 0,
            "version": 2,
            "createdAt": "1970-01-01T00:00:00Z",
            "updatedAt": "1970-01-01T00:00:00.000001Z",
            "abandoned": false
          }
        }
        """)
  }
}
