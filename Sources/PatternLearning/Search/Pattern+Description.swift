internal import WorkflowHistory

extension Pattern {
  /// The pattern in a sentence of English, with its figures.
  public var description: String {
    let figures = evidence
    let cases = "\(figures.support) of \(figures.trials)"
    switch rule {
    case .failure(let type, let condition):
      return "Executions of \(type) \(condition.words) fail in \(percent(figures.value)) of cases "
        + "(\(cases)); others in \(percent(figures.baseline))."
    case .error(let type, let error, let condition):
      return "Executions of \(type) \(condition.words) end with \(JSONText.quoted(error)) in "
        + "\(percent(figures.value)) of cases (\(cases)); others in \(percent(figures.baseline))."
    case .recovery(let type, let error):
      return "Executions of \(type) \(Condition.retry(error: error).words) complete in "
        + "\(percent(figures.value)) of cases (\(cases)); others in \(percent(figures.baseline))."
    case .duration(let type, let condition):
      return
        "Executions of \(type) \(condition.words) take \(decimal(figures.lift)) times as long: "
        + "\(medians), over \(figures.support) executions."
    case .durationChange(let type, let day, _):
      return
        "Executions of \(type) take \(decimal(figures.lift)) times as long since \(date(day)): "
        + "\(medians) before, over \(figures.support) executions since."
    case .failureChange(let type, let day, _):
      return "Executions of \(type) fail in \(percent(figures.value)) of cases since \(date(day)) "
        + "(\(cases)); before in \(percent(figures.baseline))."
    case .slowTask(let type, let task, let day):
      return "Task \(task) of \(type) takes \(decimal(figures.lift)) times as long since "
        + "\(date(day)): \(medians) before, over \(figures.support) executions since."
    case .sequence(let first, let second):
      return "\(percent(figures.value)) of executions of \(first) are followed by one of \(second) "
        + "(\(cases)); other executions are in \(percent(figures.baseline)) of cases."
    }
  }

  private var medians: String {
    "a median of \(decimal(evidence.value)) s instead of \(decimal(evidence.baseline)) s"
  }
}

extension Condition {
  /// What follows "executions".
  var words: String {
    switch self {
    case .hour(let hour): "between \(hour):00 and \(hour + 1):00 UTC"
    case .weekday(let weekday): "on a \(Weekday.names[(Int(weekday) + 6) % 7]) (UTC)"
    case .input(let field):
      switch field.value {
      case .magnitude: "whose input has \(field.path) in \(field.value)"
      default: "whose input has \(field.path) = \(field.value)"
      }
    case .preceding(let type): "right after one of \(type)"
    case .retry(nil): "that follow a failure of the same workflow"
    case .retry(let error?):
      "that follow a failure of the same workflow with \(JSONText.quoted(error))"
    case .since(let day): "since \(date(day))"
    }
  }
}

private func date(_ day: Int32) -> String { CalendarDay(daysSince1970: day).description }

/// A share in percent: `12%`, `1.5%`.
func percent(_ share: Double) -> String { decimal(share * 100) + "%" }

/// A number of at least 0 with one decimal where it is below 10, two where it is below 1, else
/// none.
private func decimal(_ number: Double) -> String {
  let scale: Double = number < 1 ? 100 : number < 10 ? 10 : 1
  let text = String((number * scale).rounded() / scale)
  return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
}
