internal import WorkflowHistory

/// Under what the tasks of a user are counted together that are stored by their names and by labels, as
/// they are until `seal` has gone through all: under what it leaves them by.
struct TaskLabels {
  let sealing: PayloadSealing
  let userID: String

  /// Whether tasks are to be stored by labels.
  var seals: Bool { sealing.key != nil }

  /// What a task that is stored otherwise is counted under; nil where it is stored so already. What looks
  /// like a label is taken for one, since to open all that there are would take long.
  func converted(_ stored: String) -> ExactText? {
    guard PayloadSealing.isPseudonym(stored) != seals else { return nil }
    guard seals else { return sealing.taskName(of: stored, userID: userID).map { ExactText($0) } }
    return ExactText(sealing.taskLabel(of: stored, userID: userID))
  }

  /// The name to show.
  func name(of label: String) -> String {
    sealing.taskName(of: label, userID: userID) ?? label
  }
}
