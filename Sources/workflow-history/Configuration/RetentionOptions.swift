import ArgumentParser
import WorkflowHistory

/// How long executions are kept.
struct RetentionOptions: ParsableArguments {
  @Option(
    name: .customLong("retain"),
    help: ArgumentHelp(
      """
      How long executions are kept: 90d, 12h or forever, for some of them with a condition: \
      status=FAILED:365d, type=etl:7d, status=FAILED,type=etl:forever. Give it again for others; \
      the first that matches decides. Default: forever.
      """, valueName: "rule"))
  var rules: [RetentionRule] = []

  func validate() throws {
    do {
      _ = try RetentionPolicy(rules.map(\.rule))
    } catch {
      let reason =
        switch error.reason {
        case .tooShort: "keeps executions for less than an hour"
        case .unreachable: "matches nothing that those before it leave: put it before them"
        }
      throw ValidationError("--retain \(rules[error.rule].text) \(reason)")
    }
  }

  /// What they say together.
  var policy: RetentionPolicy {
    guard let policy = try? RetentionPolicy(rules.map(\.rule)) else {
      preconditionFailure("the options were validated")
    }
    return policy
  }
}

/// A rule as one types it: conditions with commas between, a colon, and how long.
///
/// A type comes last and goes up to the last colon: it may have commas and colons of its own.
struct RetentionRule: ExpressibleByArgument {
  let rule: RetentionPolicy.Rule
  let text: String

  init?(argument: String) {
    let colon = argument.lastIndex(of: ":")
    let age = colon.map { argument[$0...].dropFirst() } ?? argument[...]
    var seconds: Int64?
    if age != "forever" {
      guard let span = TimeSpan(argument: String(age)) else { return nil }
      seconds = span.duration.components.seconds
    }
    var rule = RetentionPolicy.Rule(seconds: seconds)
    if let colon {
      guard rule.narrow(to: argument[..<colon]) else { return nil }
    }
    self.rule = rule
    text = argument
  }

  var defaultValueDescription: String { text }
}

extension RetentionPolicy.Rule {
  /// Takes conditions; false where they can't be read.
  fileprivate mutating func narrow(to conditions: Substring) -> Bool {
    var statuses: Set<WorkflowStatus> = []
    var rest: Substring? = conditions
    while let conditions = rest {
      if conditions.hasPrefix("type=") {
        workflowType = String(conditions.dropFirst("type=".count))
        guard workflowType != "" else { return false }
        rest = nil
      } else {
        let parts = conditions.split(separator: ",", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts[0].hasPrefix("status="),
          let status = WorkflowStatus(argument: String(parts[0].dropFirst("status=".count)))
        else { return false }
        statuses.insert(status)
        rest = parts.count > 1 ? parts[1] : nil
      }
    }
    if !statuses.isEmpty { self.statuses = statuses }
    return true
  }
}
