internal import WorkflowHistory

/// Adds up the runs of each task of a window, by the label under which they are stored, as far as
/// rollups count them themselves.
struct TaskTally {
  private var places = LabelPlaces()
  /// By the place of its label.
  private var figures: [TaskFigures] = []
  /// The last day of executions that were added, likewise; those that were taken away are not known.
  private var lastDays: [Day] = []
  /// Whether a rollup of the window has more in a table of their own.
  var hasSpilled = false

  /// The labels, with their figures and the last days of these.
  var all: some Sequence<TaskSummary.Task> {
    places.labels.indices.lazy.map { index in
      TaskSummary.Task(
        name: places.labels[index].text, figures: figures[index], lastDay: lastDays[index].number)
    }
  }
  /// The labels in the order in which they came.
  var labels: [ExactText] { places.labels }
  /// How many labels there are.
  var count: Int { figures.count }
  /// How many bytes the entries take, about.
  var bytes: Int { places.bytes }

  /// Adds what the tasks of some executions of a day did, as ``TaskCounts/encoded``, `times` times.
  mutating func add(encoded bytes: [UInt8], of day: Day, times: Int64) throws {
    guard !bytes.isEmpty else { return }
    places.beginRollup()
    try TaskCounts.read(bytes) { label, more in
      add(more, of: day, at: places.nextPlace(of: label), times: times)
    }
  }

  /// Adds what executions of days up to one have under a label.
  mutating func add(_ more: TaskFigures, of day: Day, _ label: ExactText) {
    add(more, of: day, at: places.place(of: label), times: 1)
  }

  private mutating func add(_ more: TaskFigures, of day: Day, at place: Int, times: Int64) {
    if place == figures.count {
      figures.append(TaskFigures())
      lastDays.append(day)
    }
    figures[place].add(more, times: times)
    if times > 0 { lastDays[place] = max(lastDays[place], day) }
  }

  /// Counts what the label at an index has under another, which leaves the former with nothing.
  mutating func move(at index: Int, to label: ExactText) {
    let moved = figures[index]
    figures[index] = TaskFigures()
    add(moved, of: lastDays[index], label)
  }
}
