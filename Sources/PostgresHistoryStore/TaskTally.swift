internal import WorkflowHistory

/// Adds up the runs of each task of a window, by the label under which they are stored, as far as
/// rollups count them themselves.
struct TaskTally {
  private var places = LabelPlaces()
  /// By the place of its label.
  private var figures: [TaskFigures] = []
  /// Whether a rollup of the window has more in a table of their own.
  var hasSpilled = false

  /// The figures of the labels.
  var all: some Sequence<(ExactText, TaskFigures)> { zip(places.labels, figures) }
  /// The labels in the order in which they came.
  var labels: [ExactText] { places.labels }
  /// How many labels there are.
  var count: Int { figures.count }
  /// How many bytes the entries take, about.
  var bytes: Int { places.bytes }

  /// Adds what the tasks of some executions did, as ``TaskCounts/encoded``, `times` times.
  mutating func add(encoded bytes: [UInt8], times: Int64) throws {
    guard !bytes.isEmpty else { return }
    places.beginRollup()
    try TaskCounts.read(bytes) { label, more in
      let place = places.nextPlace(of: label)
      if place == figures.count { figures.append(TaskFigures()) }
      figures[place].add(more, times: times)
    }
  }

  /// Adds what is counted under a label.
  mutating func add(_ more: TaskFigures, _ label: ExactText) {
    let place = places.place(of: label)
    if place == figures.count { figures.append(TaskFigures()) }
    figures[place].add(more)
  }

  /// Counts what the label at an index has under another, which leaves the former with nothing.
  mutating func move(at index: Int, to label: ExactText) {
    let moved = figures[index]
    figures[index] = TaskFigures()
    add(moved, label)
  }
}
