import PatternLearning

/// What makes a history other than noise. Types, regions and tasks are by their index.
enum PlantedCause: Hashable {
  /// More than half of a type's executions fail for a region.
  case failingRegion(type: Int, region: Int)
  /// More than half of a type's executions fail in an hour.
  case badHour(type: Int, hour: Int)
  /// A task takes 2.5 times as long from a day on.
  case slowTask(type: Int, task: Int, day: Int32)
  /// A type takes 1.5 times as long in a region.
  case slowRegion(type: Int, region: Int)
  /// A type takes 1.5 times as long from a day on.
  case durationChange(type: Int, day: Int32)
  /// A type fails five times as often from a day on.
  case failureChange(type: Int, day: Int32)
  /// Half of what follows a type is another.
  case sequence(first: Int, second: Int)
  /// A mode of a type causes one error, and not many.
  case modeError(type: Int, mode: Int)
  /// A type fails often, but seldom when it is tried again.
  case recovery(type: Int)

  /// Each kind with a probability of 0.7, wherever the numbers put it.
  static func some(_ generator: inout SeededGenerator) -> [PlantedCause] {
    let types = (0..<4).shuffled(using: &generator)
    // These two run often enough for failures in a region or an hour to be many.
    let large = (0..<2).shuffled(using: &generator)
    func number(_ range: ClosedRange<Int>) -> Int { .random(in: range, using: &generator) }
    func day() -> Int32 { HistoryGenerator.firstDay + Int32(number(20...40)) }
    let all: [PlantedCause] = [
      .failingRegion(type: large[0], region: number(0...4)),
      .badHour(type: large[1], hour: number(9...16)),
      .slowTask(type: types[0], task: number(0...2), day: day()),
      .slowRegion(type: types[1], region: number(0...4)),
      .durationChange(type: types[2], day: day()),
      .failureChange(type: large[number(0...1)], day: day()),
      .sequence(first: types[2], second: types[3]),
      .recovery(type: 2), .modeError(type: large[1], mode: number(0...1)),
    ]
    return all.filter { _ in generator.chance(0.7) }
  }

  /// Its name, for a table.
  var kind: String { "\(self)".prefix { $0 != "(" }.description }

  /// Whether it is what a rule says; the day of a change may be missed by a few.
  func isFound(by rule: PatternRule) -> Bool {
    func isNear(_ a: Int32, _ b: Int32) -> Bool { abs(a - b) <= 4 }
    func name(_ type: Int) -> String { HistoryGenerator.types[type] }
    func inRegion(_ region: Int) -> Condition {
      .input(InputField(path: "$.region", value: .text(HistoryGenerator.regions[region])))
    }
    return switch (self, rule) {
    case (.failingRegion(let type, let region), .failure(let found, let condition)),
      (.slowRegion(let type, let region), .duration(let found, let condition)):
      name(type) == found && condition == inRegion(region)
    case (.badHour(let type, let hour), .failure(let found, let condition)):
      name(type) == found && condition == .hour(UInt8(hour))
    case (.slowTask(let type, let task, let day), .slowTask(let found, let foundTask, let since)):
      name(type) == found && HistoryGenerator.tasks[task] == foundTask && isNear(day, since)
    case (.durationChange(let type, let day), .durationChange(let found, let since, let isRise)),
      (.failureChange(let type, let day), .failureChange(let found, let since, let isRise)):
      name(type) == found && isNear(day, since) && isRise
    case (.sequence(let first, let second), .sequence(let foundFirst, let foundSecond)):
      name(first) == foundFirst && name(second) == foundSecond
    case (.recovery(let type), .recovery(let found, nil)): name(type) == found
    case (.modeError(let type, let mode), .error(let found, let error, let condition)):
      name(type) == found && error == HistoryGenerator.modeError && condition == inMode(mode)
    default: false
    }
  }

  /// Whether a rule is true of it, though it is not all there is to say.
  func explains(_ rule: PatternRule) -> Bool {
    if case (.modeError(let type, let mode), .failure(let found, let condition)) = (self, rule) {
      return HistoryGenerator.types[type] == found && condition == inMode(mode)
    }
    return isFound(by: rule)
  }

  private func inMode(_ mode: Int) -> Condition {
    .input(InputField(path: "$.mode", value: .text(HistoryGenerator.modes[mode])))
  }
}
