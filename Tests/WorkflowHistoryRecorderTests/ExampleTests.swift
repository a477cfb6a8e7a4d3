import Testing
import WorkflowHistory
import WorkflowHistoryClient
import WorkflowHistoryRecorder

@Suite("The documentation's examples", .timeLimit(.minutes(1)))
struct ExampleTests {
  @Test("record runs")
  func record() async throws { try await withSetting(run) }

  private func run(_ setting: Setting) async throws {
    let (client, folder) = (setting.client, setting.folder.spool)

    let recorder = try ExecutionRecorder(client: client, spool: folder)
    let count = try await recorder.record(
      workflowType: "report", workflowID: "wf-123", input: .encoding(["day": "2026-03-15"])
    ) { run in
      let rows = try await run.task("fetch") { try await fetch() }
      try await run.task("store") { try await store(rows) }
      run.output = .encoding(["written": rows.count])
      return rows.count
    }
    #expect(count == 2)
    await recorder.delivered()
    let stored = try await setting.stored(#require(setting.history().first).id)
    #expect(stored.status == .completed)
    #expect(stored.outputData?.text == #"{"written": 2}"#)

    let options = RecorderOptions(
      maxBytes: 64 << 20, whenFull: .fail, heartbeatInterval: .seconds(5))
    let strict = try ExecutionRecorder(client: client, spool: folder, options: options)
    if strict.counts.notRecorded > 0 { print("the spool was full") }
    await strict.close()

    await recorder.close()
    await client.close()
  }

  private func fetch() async throws -> [Int] { [1, 2] }
  private func store(_ rows: [Int]) async throws {}
}
