public import WorkflowHistory

/// How long a task of an execution took.
public struct TaskTiming: Hashable, Sendable {
  /// What the task is called.
  public let name: String
  /// In seconds: at least 0, and finite.
  public let seconds: Double

  /// The timing of a task.
  public init(name: String, seconds: Double) {
    self.name = name
    self.seconds = seconds
  }

  /// How many tasks of an execution are looked at.
  public static let mostTasks = 64
  /// How many bytes a name may have: longer ones are left out.
  public static let longestName = 128

  /// The tasks of `task_results`, which by convention is an array of objects with `task_name` and
  /// `duration_seconds`. Those without either are left out, and those of one name are added up.
  public static func timings(of results: JSONDocument) -> [TaskTiming] {
    var tokens = JSONTokens(results, stringLimit: longestName)
    guard tokens.next() == .beginArray else { return [] }
    var names: [String] = []
    var sums: [Double] = []
    var task = (name: String?.none, seconds: Double?.none)
    var depth = 1
    var member: String?
    while let token = tokens.next() {
      switch token {
      case .beginObject, .beginArray:
        depth += 1
        if depth == 2 { task = (nil, nil) }
      case .endObject, .endArray:
        depth -= 1
        guard depth == 1, let name = task.name, let seconds = task.seconds else { break }
        if let place = names.firstIndex(of: name) {
          sums[place] += seconds
        } else if names.count < mostTasks {
          names.append(name)
          sums.append(seconds)
        }
        task = (nil, nil)
      case .name(let name): member = name
      case .string(let text) where depth == 2 && member == "task_name": task.name = text
      case .number(let text) where depth == 2 && member == "duration_seconds":
        task.seconds = Double(text).flatMap { (0...1e9).contains($0) ? $0 : nil }
      default: break
      }
    }
    return zip(names, sums).map(TaskTiming.init)
  }
}
