internal import Foundation
internal import Synchronization
public import WorkflowHistory

/// What is known of a run while it goes on, from any task of it.
public final class ExecutionRun: Sendable {
  /// How many bytes of an error are kept, of a run and of a task.
  private static let errorBytes = ExecutionRules.errorMessageLimit
  private static let taskErrorBytes = 2_048

  private struct State {
    var tasks: [TaskResult] = []
    var output: RunDocument?
  }

  /// The id of its execution.
  public let executionID: ExecutionID
  let startedAt: Timestamp
  private let clock: RecorderClock
  private let began: Duration
  private let state = Mutex(State())

  /// A run that begins now.
  init(_ clock: RecorderClock) {
    self.clock = clock
    startedAt = clock.now()
    began = clock.elapsed()
    var generator = SystemRandomNumberGenerator()
    executionID = .make(at: startedAt, using: &generator)
  }

  /// What the run has made.
  public var output: RunDocument? {
    get { state.withLock(\.output) }
    set { state.withLock { $0.output = newValue } }
  }

  /// Does a part of the run, and keeps how it went: RUNNING while `body` goes on, then COMPLETED, or
  /// FAILED with what it throws, which is thrown on. Tasks are told in the order in which they began, and
  /// may overlap.
  public func task<Output, Failure: Error>(
    _ name: String, _ body: () async throws(Failure) -> Output
  ) async throws(Failure) -> Output {
    let began = clock.elapsed()
    let place = state.withLock { state in
      state.tasks.append(TaskResult(taskName: truncated(name, to: Self.taskErrorBytes)))
      return state.tasks.count - 1
    }
    do throws(Failure) {
      let output = try await body()
      end(place, began, nil)
      return output
    } catch {
      end(place, began, error)
      throw error
    }
  }

  private func end(_ place: Int, _ began: Duration, _ error: (any Error)?) {
    let seconds = (clock.elapsed() - began).inSeconds
    state.withLock { state in
      state.tasks[place].durationSeconds = seconds
      state.tasks[place].status = error == nil ? "COMPLETED" : "FAILED"
      state.tasks[place].error = error.map { errorText($0, limit: Self.taskErrorBytes) }
    }
  }

  /// How it ends now: COMPLETED, or FAILED with an error. Its documents come beside it.
  func ending(_ error: (any Error)?) -> (fields: ExecutionFields, documents: RunDocuments) {
    let duration = (clock.elapsed() - began).inSeconds
    var fields = ExecutionFields()
    fields.status = error == nil ? .completed : .failed
    fields.endTime = Timestamp(
      microseconds: startedAt.microseconds + Int64((duration * 1e6).rounded()))
    fields.durationSeconds = duration
    fields.errorMessage = error.map { errorText($0, limit: Self.errorBytes) }
    let state = state.withLock { $0 }
    let tasks: RunDocument? = state.tasks.isEmpty ? nil : .encoding(state.tasks)
    return (fields, RunDocuments(output: state.output, tasks: tasks))
  }
}

/// An element of task_results.
private struct TaskResult: Encodable {
  let taskName: String
  var status = "RUNNING"
  var durationSeconds: Double?
  var error: String?

  enum CodingKeys: String, CodingKey {
    case taskName = "task_name"
    case status
    case durationSeconds = "duration_seconds"
    case error
  }
}
