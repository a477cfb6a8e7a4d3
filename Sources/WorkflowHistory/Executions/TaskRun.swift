import JSON

/// A run of a task, as `task_results` tells of it.
///
/// By convention that is an array of objects with `task_name`, `status`, `duration_seconds` and
/// `error`. What has no `task_name` of 1 to ``longestName`` bytes is left out, and so is what is no
/// object, and all of a document that is no array.
public struct TaskRun: Hashable, Sendable {
  /// What the task is called.
  public var name: String
  /// Whether its `status` is FAILED, in letters of any case, or its `error` says anything: is other than
  /// null, false, 0, and an empty string, array or object.
  public var hasFailed: Bool
  /// In seconds: 0 to 1,000,000,000. Nil where it is not known, or is no such number.
  public var durationSeconds: Double?

  /// The run with these values.
  public init(name: String, hasFailed: Bool, durationSeconds: Double?) {
    self.name = name
    self.hasFailed = hasFailed
    self.durationSeconds = durationSeconds
  }

  /// How many bytes a name may have: longer ones are left out.
  public static let longestName = 128
  /// How many tasks of an execution are told apart by whoever adds up its runs: the first that it names.
  public static let tasksOfExecution = 64

  /// Calls `body` with each run in `task_results`, in its order.
  public static func read(_ results: JSONDocument, _ body: (TaskRun) -> Void) {
    // Nothing is shorter than `[{}]`, and most documents that say nothing are.
    guard results.utf8.count >= 4 else { return }
    var tokens = JSONTokens(results.utf8, stringLimit: longestName)
    guard tokens.next() == .beginArray else { return }
    while let token = tokens.next() {
      switch token {
      case .beginObject: if let run = TaskRun(&tokens) { body(run) }
      case .beginArray: skipArray(&tokens)
      case .endArray: return
      default: break
      }
    }
  }

  /// Reads the members of an object, of which the beginning was read. Of members of one name the last
  /// counts, as in jsonb.
  private init?(_ tokens: inout JSONTokens) {
    var name: String?
    var isFailed = false
    var hasError = false
    var seconds: Double?
    while let member = tokens.member(of: Self.members) {
      switch member {
      case 0: name = tokens.string()
      case 1: isFailed = tokens.string().map(Self.isFailed) ?? false
      case 2: seconds = tokens.number().flatMap(Self.duration)
      case 3: hasError = tokens.skipValue()
      default: tokens.skipValue()
      }
    }
    guard let name, !name.isEmpty else { return nil }
    self.init(name: name, hasFailed: isFailed || hasError, durationSeconds: seconds)
  }

  private static let members = ["task_name", "status", "duration_seconds", "error"].map {
    Array($0.utf8)
  }

  private static func isFailed(_ status: String) -> Bool {
    // Letters of ASCII differ from their capitals by one bit.
    status.utf8.elementsEqual("FAILED".utf8) { $0 & 0xDF == $1 }
  }

  private static func duration(_ seconds: Double) -> Double? {
    (0...ExecutionRules.durationLimit).contains(seconds) ? seconds : nil
  }

  private static func skipArray(_ tokens: inout JSONTokens) {
    var depth = 1
    while depth > 0, let token = tokens.next() {
      switch token {
      case .beginObject, .beginArray: depth += 1
      case .endObject, .endArray: depth -= 1
      default: break
      }
    }
  }
}
