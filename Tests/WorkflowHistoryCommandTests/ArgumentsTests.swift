import ArgumentParser
import FileTesting
import Foundation
import PatternLearning
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
    let directory = try TemporaryDirectory()
    let file = directory.path + "/document.json"
    try Data("[1, 2]\n".utf8).write(to: URL(filePath: file))
    let given = DocumentArgument(argument: #"{"a": 1}"#)
    #expect(try given.document(flag: "--input-data").text == #"{"a": 1}"#)
    let read = DocumentArgument(argument: "@" + file)
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

  @Test("what is allowed is a time, or none")
  func allowances() {
    #expect(Allowance(argument: "90s")?.duration == .seconds(90))
    for text in ["0s", "0m", "0"] {
      #expect(Allowance(argument: text)?.duration == .zero)
      #expect(Allowance(argument: text)?.defaultValueDescription == "0s")
    }
    for text in ["-1m", "none", "s", ""] {
      #expect(Allowance(argument: text) == nil, "\(text)")
    }
  }

  @Test("an interval is a time, or never")
  func intervals() {
    #expect(Interval(argument: "90s")?.duration == .seconds(90))
    #expect(Interval(argument: "0")?.duration == nil)
    for text in ["0s", "-1m", "never", ""] { #expect(Interval(argument: text) == nil, "\(text)") }
  }

  @Test("a kind of patterns is its name, in any case")
  func kinds() {
    for text in ["slow_task", "PATTERN_KIND_SLOW_TASK"] {
      #expect(PatternKind(argument: text) == .slowTask)
    }
    #expect(PatternKind(argument: "slow") == nil)
  }

  @Test("a rule of retention has conditions, and a type that may be any text")
  func retentionRules() throws {
    let rules: [(String, RetentionPolicy.Rule)] = [
      ("90d", .init(seconds: 90 * 86_400)), ("forever", .init(seconds: nil)),
      ("status=failed:12h", .init(statuses: [.failed], seconds: 12 * 3600)),
      ("type=etl:7d", .init(workflowType: "etl", seconds: 7 * 86_400)),
      (
        "status=FAILED,status=PAUSED,type=a,b:c:forever",
        .init(workflowType: "a,b:c", statuses: [.failed, .paused], seconds: nil)
      ),
    ]
    for (text, rule) in rules {
      #expect(RetentionRule(argument: text)?.rule == rule, "\(text)")
    }
    let refused = [
      "", "90", "d", ":90d", "type=:90d", "status=DONE:90d", "type=etl", "status=FAILED,:90d",
      "user=ann:90d", "status=FAILED:-1d", "status=FAILED:0d",
    ]
    for text in refused { #expect(RetentionRule(argument: text) == nil, "\(text)") }
  }

  @Test(
    "rules of retention that keep too little, or nothing that is left, are refused by name",
    arguments: [["59m"], ["30d", "status=FAILED:90d"], ["type=etl:9d", "type=etl:8d"]])
  func noPolicy(rules: [String]) throws {
    let flags = rules.flatMap { ["--retain", $0] }
    let refused = try #require(throws: (any Error).self) { _ = try Serve.parse(flags) }
    #expect(Serve.message(for: refused).contains(rules.last!))
    #expect(throws: (any Error).self) { _ = try RetentionCommand.parse(flags) }
  }

  @Test("the command for retention asks how long, and a server keeps all without it")
  func noRules() throws {
    #expect(throws: (any Error).self) { _ = try RetentionCommand.parse([]) }
    #expect(try Serve.parse([]).retention.policy == .keepsAll)
    let flags = ["--retain", "status=FAILED:90d", "--retain", "30d"]
    #expect(try Serve.parse(flags).retention.policy.seconds == 30 * 86_400)
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
