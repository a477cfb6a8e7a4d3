import Foundation
import PrivateFiles
import RPC
import Testing
import WorkflowHistory
import WorkflowHistoryClient

@testable import WorkflowHistoryRecorder

@Suite("What can't be recorded, or delivered", .timeLimit(.minutes(2)))
struct RefusalTests {
  /// A line of what is kept beside the spool.
  private struct Line: Decodable {
    struct Request: Decodable {
      struct Execution: Decodable { let workflow_id: String? }
      let execution: Execution
    }
    let execution_id: String?
    let kind: String
    let reason: String
    let request: Request?
    let wire: String?
  }

  private func lines(_ setting: Setting) throws -> [Line] {
    try setting.folder.refused.map { try JSONDecoder().decode(Line.self, from: Data($0.utf8)) }
  }

  @Test("is kept with its reason where the server will never take it, and holds nothing else up")
  func refused() async throws {
    try await withSetting { setting in
      await setting.server.stop()
      let recorder = try setting.recorder()
      let nameless = try await recorder.record(workflowType: "", workflowID: "wf-2") {
        $0.executionID
      }
      let good = try await recorder.run()
      try await setting.server.restart()
      await recorder.delivered()
      #expect(try await setting.stored(good).status == .completed)
      let lines = try lines(setting)
      // The end of one whose beginning was refused is too, if it did not come with it.
      #expect((1...2).contains(lines.count))
      #expect(recorder.counts.refused == lines.count)
      #expect(setting.log.count("an execution was refused") == lines.count)
      #expect(lines[0].execution_id == nameless.description)
      #expect(lines[0].kind == "SaveWorkflowExecutionRequest")
      #expect(lines[0].reason.contains("INVALID_ARGUMENT"))
      #expect(lines[0].request?.execution.workflow_id == "wf-2")
      await recorder.close()
    }
  }

  @Test("costs its run only the documents where they are to blame", arguments: [true, false])
  func tooLarge(isTogether: Bool) async throws {
    try await withSetting { setting in
      let recorder = try setting.recorder()
      if isTogether { await setting.server.stop() }
      let first = try await recorder.run()
      let id = try await recorder.run { run in
        if !isTogether { await recorder.delivered() }
        run.output = .encoding(String(repeating: "x", count: 5 << 20))
      }
      let last = try await recorder.run()
      if isTogether { try await setting.server.restart() }
      await recorder.delivered()
      for id in [first, id, last] {
        let stored = try await setting.stored(id)
        #expect(stored.status == .completed)
        #expect(stored.outputData == nil)
      }
      #expect(recorder.counts.refused == 1)
      await recorder.close()
    }
  }

  @Test("is a document that is no JSON, and fails no run")
  func noJSON() async throws {
    try await withSetting { setting in
      let recorder = try setting.recorder()
      let id = try await recorder.run(input: .encoding(Double.nan)) { run in
        run.output = .json(#"{"a": "\u0000"}"#)
      }
      await recorder.delivered()
      let stored = try await setting.stored(id)
      #expect(stored.status == .completed)
      #expect(stored.inputData == nil)
      #expect(stored.outputData == nil)
      #expect(recorder.counts.documentsDropped == 2)
      #expect(recorder.counts.refused == 0)
      #expect(setting.log.count("documents of an execution are left out") == 2)
      await recorder.close()
    }
  }

  @Test("are documents when the spool is nearly full, and runs when it is; ends always fit")
  func full() async throws {
    try await withSetting { setting in
      await setting.server.stop()
      let recorder = try setting.recorder(RecorderOptions(maxBytes: 40_000))
      let input = RunDocument.encoding(String(repeating: "x", count: 1_000))
      let ids = try await withThrowingTaskGroup { group in
        // All of them go on when the spool is full.
        let (begun, begin) = AsyncStream.makeStream(of: Void.self)
        let gate = Latch()
        for _ in 0..<40 {
          group.addTask {
            try await recorder.run(input: input) { run in
              begin.yield()
              await gate.wait()
              run.output = input
            }
          }
        }
        var count = 0
        for await _ in begun {
          count += 1
          if count == 40 { break }
        }
        gate.open()
        return try await group.reduce(into: []) { $0.append($1) }
      }
      let counts = recorder.counts
      #expect(counts.recorded + counts.notRecorded == 40)
      #expect((11..<30).contains(counts.recorded))
      #expect(counts.documentsDropped > 0)
      #expect(counts.endsLost == 0)
      #expect(setting.log.count("an execution is not recorded") == counts.notRecorded)
      await recorder.close(timeout: .zero)
      let size = try setting.folder.segments.reduce(0) {
        $0 + (try PrivateFile.size(of: "\(setting.folder.spool)/\($1)") ?? 0)
      }
      #expect(size <= 40_000)

      try await setting.server.restart()
      let next = try setting.recorder()
      await next.delivered()
      let stored = try await setting.history()
      #expect(stored.count == counts.recorded)
      #expect(Set(stored.map(\.id)).isSubset(of: ids))
      #expect(Set(stored.map(\.status)) == [.completed])
      await next.close()
    }
  }

  @Test("is a run that does not begin, where the spool is full and that is asked for")
  func fullFails() async throws {
    try await withSetting { setting in
      await setting.server.stop()
      let recorder = try setting.recorder(RecorderOptions(maxBytes: 1_000, whenFull: .fail))
      let full = await #expect(throws: SpoolFull.self) {
        try await recorder.run { _ in Issue.record("it began") }
      }
      #expect(full == SpoolFull(usedBytes: 0, maxBytes: 1_000))
      await recorder.close(timeout: .zero)
    }
  }

  @Test("is a run while the disk refuses, and it does not fail")
  func disk() async throws {
    try await withSetting { setting in
      let recorder = try setting.recorder()
      let own = try "\(setting.folder.spool)/\(#require(setting.folder.processes.first))"
      try FileManager.default.moveItem(atPath: own, toPath: setting.folder.path + "/away")
      try await recorder.run()
      #expect(recorder.counts.notRecorded == 1)
      #expect(recorder.counts.recorded == 0)
      #expect(setting.log.count("can't be written down") == 2)
      try FileManager.default.moveItem(atPath: setting.folder.path + "/away", toPath: own)
      let id = try await recorder.run()
      await recorder.delivered()
      #expect(try await setting.stored(id).status == .completed)
      await recorder.close()
    }
  }

  @Test("is what outlives its recorder, and it does not fail")
  func closed() async throws {
    try await withSetting { setting in
      let recorder = try setting.recorder()
      try await recorder.run { _ in await recorder.close() }
      #expect(recorder.counts.endsLost == 1)
      try await recorder.run()
      #expect(recorder.counts.notRecorded == 1)
    }
  }

  @Test("is a record that is damaged, which is kept with what follows it")
  func damaged() async throws {
    try await withSetting { setting in
      await setting.server.stop()
      let first = try setting.recorder()
      let ids = [try await first.run(), try await first.run()]
      await first.close(timeout: .zero)
      let path = try "\(setting.folder.spool)/\(#require(setting.folder.segments.last))"
      var bytes = try Data(contentsOf: URL(filePath: path))
      bytes[bytes.count - 1] ^= 1
      try bytes.write(to: URL(filePath: path))
      try await setting.server.restart()
      let second = try setting.recorder()
      await second.delivered()
      #expect(try await setting.stored(ids[0]).status == .completed)
      #expect(try await setting.stored(ids[1]).status == .running)
      #expect(setting.log.count("a segment is damaged") == 1)
      let folder = setting.folder.spool + "/refused"
      let kept = try FileManager.default.contentsOfDirectory(atPath: folder)
      let copy = try Data(contentsOf: URL(filePath: "\(folder)/\(#require(kept.first))"))
      #expect(bytes.suffix(copy.count) == copy)
      await second.close()
    }
  }

  @Test("is a record that makes no sense, which is kept as it is")
  func unreadable() async throws {
    try await withSetting { setting in
      let spool = try Spool(root: setting.folder.spool, name: "0")
      try spool.append(SpoolRecord(kind: .save, content: [0xFF]).framed)
      try spool.close()
      let recorder = try setting.recorder()
      await recorder.delivered()
      #expect(recorder.counts.refused == 1)
      #expect(try lines(setting).map(\.wire) == ["/w=="])
      await recorder.close()
    }
  }

  @Test("is said at once where the spool can't be made")
  func noSpool() async throws {
    try await withSetting { setting in
      try Data().write(to: URL(filePath: setting.folder.spool))
      #expect(throws: FileError.self) { try setting.recorder() }
    }
  }
}
