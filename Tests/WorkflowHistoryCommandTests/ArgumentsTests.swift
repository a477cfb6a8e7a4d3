import ArgumentParser
import Foundation
import ProtobufMessages
import RPC
import Reactor
import Testing
import WorkflowHistory

@testable import workflow_history

@Suite("Arguments")
struct ArgumentsTests {
  @Test("a document is its text, or what a file holds")
  func documents() throws {
    let file = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try Data("[1, 2]\n".utf8).write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }
    let given = DocumentArgument(argument: #"{"a": 1}"#)
    #expect(try given.document(flag: "--input-data").text == #"{"a": 1}"#)
    let read = DocumentArgument(argument: "@" + file.path)
    #expect(try read.document(flag: "--input-data").text == "[1, 2]\n")
  }

  @Test("an update changes the fields that were given, and those to clear")
  func update() throws {
    let id = "0198c5f2-7c1e-7a52-9a0d-3b1f0c2d4e5f"
    let command = try UpdateCommand.parse([
      id, "--status", "running", "--clear", "end-time", "--clear", "error_message",
    ])
    #expect(command.mask == ["status", "end_time", "error_message"])
  }

  @Test(
    "an update that changes nothing, or one field twice, is refused",
    arguments: [
      [], ["--allow-reopen"], ["--error-message", "x", "--clear", "error_message"],
      ["--clear", "end_time", "--clear", "end-time"], ["--clear", "status"],
      ["--status", "RUNNING", "--expected-version", "0"],
    ])
  func noUpdate(flags: [String]) {
    #expect(throws: (any Error).self) {
      _ = try UpdateCommand.parse(["0198c5f2-7c1e-7a52-9a0d-3b1f0c2d4e5f"] + flags)
    }
  }

  @Test("two documents can't both come from standard input")
  func standardInput() {
    #expect(throws: (any Error).self) {
      _ = try UpdateCommand.parse([
        "0198c5f2-7c1e-7a52-9a0d-3b1f0c2d4e5f", "--input-data", "@-", "--output-data", "@-",
      ])
    }
  }

  @Test(
    "a server that listens on every interface is called by the loopback",
    arguments: [
      ("0.0.0.0:50051", "127.0.0.1:50051"), ("[::]:50051", "[::1]:50051"),
      ("history.example:443", "history.example:443"), ("unix:/run/wh.sock", "unix:/run/wh.sock"),
    ])
  func reachable(announced: String, called: String) {
    #expect(SocketAddress(announced)?.reachable == SocketAddress(called))
  }

  @Test("an error says its code, its message, and each field that was refused")
  func explanation() {
    let status = RPCStatus(
      .invalidArgument, "two\nlines",
      details: [
        .badRequest([
          FieldViolation(field: "days", description: "is too many"),
          FieldViolation(field: "user_id", description: "is too long"),
        ]),
        .retryInfo(.milliseconds(500)),
      ])
    #expect(
      status.explanation == """
        INVALID_ARGUMENT: two\\nlines
          days: is too many
          user_id: is too long
          try again in 500 ms
        """)
  }
}
