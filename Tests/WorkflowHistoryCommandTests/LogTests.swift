import Foundation
import Logging
import Synchronization
import Testing
import WorkflowHistory

@testable import workflow_history

@Suite("A line of the log")
struct LogLineTests {
  private static let line = LogLine(
    time: Timestamp(microseconds: 1_800_000_000_250_000), level: .warning, logger: "a.b",
    message: "it \"is\"\n\u{1B}[31mso", metadata: ["n": "1", "empty": "", "words": "a \"b\""])

  @Test("is a JSON object, with what goes with the message beside it")
  func json() throws {
    let text = Self.line.rendered(.json)
    #expect(!text.contains("\n") && !text.contains("\u{1B}"))
    let object = try #require(
      try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: String])
    #expect(
      object == [
        "time": "2027-01-15T08:00:00.250Z", "level": "warning", "logger": "a.b",
        "message": "it \"is\"\n\u{1B}[31mso", "n": "1", "empty": "", "words": "a \"b\"",
      ])
  }

  @Test("has what is nested under names with dots, and leaves its own names alone")
  func nested() throws {
    var line = Self.line
    line.metadata = ["a": ["b": "1", "c": ["2", .stringConvertible(3)]], "level": "4"]
    let text = line.rendered(.json)
    let object = try #require(
      try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    #expect(object["a.b"] as? String == "1")
    #expect(object["a.c.0"] as? String == "2")
    #expect(object["a.c.1"] as? Int == 3)
    #expect(object["level"] as? String == "warning")
    #expect(object["metadata.level"] as? String == "4")
  }

  @Test("is text for people, with nothing in it that a terminal would obey")
  func text() {
    #expect(
      Self.line.rendered(.text(hasColor: false))
        == #"2027-01-15T08:00:00.250Z WARNING it "is"\n\u{1b}[31mso empty="" n=1 words="a \"b\"""#)
    let colored = Self.line.rendered(.text(hasColor: true))
    #expect(colored.contains("\u{1B}[33mWARNING\u{1B}[0m"))
    #expect(!colored.contains("\u{1B}[31m"))
  }
}

@Suite("The log's output")
struct LogOutputTests {
  /// Somebody who reads only when they are told to.
  private final class Reader: Sendable {
    private let text = Mutex("")
    private let begun = DispatchSemaphore(value: 0)
    private let gate = DispatchSemaphore(value: 0)

    func take(_ bytes: [UInt8]) {
      begun.signal()
      gate.wait()
      text.withLock { $0 += String(decoding: bytes, as: UTF8.self) }
    }

    func waitUntilAsked() { begun.wait() }
    func read() { gate.signal() }
    var lines: [Substring] { text.withLock { $0.split(separator: "\n").map { $0 } } }
  }

  @Test("takes lines while nobody reads, up to a limit, and tells how many it left out")
  func bounded() throws {
    let reader = Reader()
    let output = LogOutput(style: .json) { reader.take($0) }
    let line = LogLine(
      time: Timestamp(microseconds: 0), level: .info, logger: "t",
      message: String(repeating: "x", count: 10_000))
    output.write(line)
    reader.waitUntilAsked()
    // The first is on its way; of the others as many wait as there is room for.
    let size = line.rendered(.json).utf8.count + 1
    let room = LogOutput.limit / size
    for _ in 0..<room + 7 { output.write(line) }
    for _ in 0..<2 { reader.read() }
    output.flush(within: .seconds(60))
    #expect(reader.lines.count == 1 + room + 1)
    let last = try #require(reader.lines.last)
    #expect(last.contains(#""count": "7""#) && last.contains("left out"))
    output.write(line)
    reader.read()
    output.flush(within: .seconds(60))
    #expect(reader.lines.count == 1 + room + 2)
  }

  @Test("is waited for no longer than one would")
  func flushing() {
    let reader = Reader()
    let output = LogOutput(style: .json) { reader.take($0) }
    output.write(
      LogLine(time: Timestamp(microseconds: 0), level: .info, logger: "t", message: "m"))
    output.flush(within: .milliseconds(1))
    #expect(reader.lines.isEmpty)
    reader.read()
  }

  @Test("has what a logger and those who use it say, at its level")
  func handler() throws {
    let reader = Reader()
    let output = LogOutput(style: .json) { reader.take($0) }
    var logger = Logger(label: "label") { label in
      LineLogHandler(label: label, logLevel: .notice, output: output)
    }
    logger[metadataKey: "own"] = "1"
    logger[metadataKey: "both"] = "1"
    logger.info("not told")
    logger.notice("told", metadata: ["both": "2"])
    reader.read()
    output.flush(within: .seconds(60))
    let line = try #require(reader.lines.first)
    for part in [#""logger": "label""#, #""message": "told""#, #""own": "1""#, #""both": "2""#] {
      #expect(line.contains(part))
    }
    #expect(reader.lines.count == 1)
  }
}
