import Foundation
import RPCClient
import Reactor
import WorkflowHistoryClient
import WorkflowHistoryRecorder

/// An executor that records its runs, to be killed: what `harness.recording` is to the Python client.
///
/// `recording-executor SOCKET SPOOL RUNS AT-ONCE SECONDS INTERVAL`, with a token in the environment. It
/// says `began ID` and `ended ID` of each run once the recorder has said so to it.
@main
struct RecordingExecutor {
  let runs: Int
  let atOnce: Int
  let seconds: Duration

  static func main() async throws {
    let arguments = CommandLine.arguments
    let numbers = arguments.dropFirst(3).compactMap(Double.init)
    guard numbers.count == 4,
      let token = ProcessInfo.processInfo.environment["WORKFLOW_HISTORY_TOKEN"]
    else { fatalError("usage: recording-executor SOCKET SPOOL RUNS AT-ONCE SECONDS INTERVAL") }
    let client = try await WorkflowHistoryClient(
      of: .unix(path: arguments[1]), .plaintext, token: .constant(token))
    let recorder = try ExecutionRecorder(
      client: client, spool: arguments[2],
      options: RecorderOptions(heartbeatInterval: .seconds(numbers[3])))
    let executor = RecordingExecutor(
      runs: Int(numbers[0]), atOnce: Int(numbers[1]), seconds: .seconds(numbers[2]))
    try await executor.execute(recorder)
    await recorder.close()
    await client.close()
  }

  /// Runs so many runs, or with 0 of them for ever.
  private func execute(_ recorder: ExecutionRecorder) async throws {
    let name = "\(ProcessInfo.processInfo.processIdentifier)-\(UInt64.random(in: 0 ... .max))"
    try await withThrowingTaskGroup { group in
      for first in 0..<atOnce {
        group.addTask {
          for number in stride(from: first, to: runs == 0 ? .max : runs, by: atOnce) {
            try await run(number, "\(name)-\(number)", recorder)
          }
        }
      }
      try await group.waitForAll()
    }
  }

  private func run(_ number: Int, _ workflow: String, _ recorder: ExecutionRecorder) async throws {
    let id = try await recorder.record(
      workflowType: "nightly", workflowID: workflow, input: .encoding(["number": number])
    ) { run in
      say("began \(run.executionID)")
      try await run.task("work") { try await Task.sleep(for: seconds) }
      run.output = .encoding(["number": number])
      return run.executionID
    }
    say("ended \(id)")
  }

  private func say(_ line: String) {
    FileHandle.standardOutput.write(Data("\(line)\n".utf8))
  }
}
