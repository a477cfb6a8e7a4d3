import WorkflowHistory

extension WorkflowStatus {
  /// Its name in the colour that tells it from the others.
  var styled: StyledText {
    switch self {
    case .pending: StyledText(name, .dim)
    case .running: StyledText(name, .cyan)
    case .completed: StyledText(name, .green)
    case .failed: StyledText(name, .red)
    case .paused: StyledText(name, .yellow)
    }
  }
}

extension ErrorTrend {
  /// Its name without the enum's prefix.
  var name: String {
    switch self {
    case .new: "NEW"
    case .rising: "RISING"
    case .steady: "STEADY"
    case .falling: "FALLING"
    }
  }
}

extension OptimizationTip.Kind {
  /// Its name without the enum's prefix.
  var name: String {
    switch self {
    case .healthy: "HEALTHY"
    case .slowExecutions: "SLOW_EXECUTIONS"
    case .repeatedError: "REPEATED_ERROR"
    case .bottleneckTask: "BOTTLENECK_TASK"
    case .regression: "REGRESSION"
    case .retryStorm: "RETRY_STORM"
    case .failureCause: "FAILURE_CAUSE"
    }
  }
}

extension OptimizationTip.Severity {
  /// Its name without the enum's prefix.
  var name: String {
    switch self {
    case .info: "INFO"
    case .warning: "WARNING"
    case .critical: "CRITICAL"
    }
  }

  /// Its name in the colour that tells it from the others.
  var styled: StyledText {
    switch self {
    case .info: StyledText(name, .green)
    case .warning: StyledText(name, .yellow)
    case .critical: StyledText(name, .red)
    }
  }
}

/// How long something took, in the units that people use: `350 ms`, `12.5 s`, `4m 05s`, `3h 12m`.
func spelled(seconds: Double) -> String {
  switch seconds {
  case ..<0.9995: return "\(Int((seconds * 1000).rounded())) ms"
  case ..<59.95:
    let tenths = Int((seconds * 10).rounded())
    return "\(tenths / 10).\(tenths % 10) s"
  case ..<3599.5:
    let whole = Int(seconds.rounded())
    return "\(whole / 60)m \(whole % 60 < 10 ? "0" : "")\(whole % 60)s"
  default:
    guard let minutes = Int(exactly: (seconds / 60).rounded()) else { return "\(seconds) s" }
    return "\(minutes / 60)h \(minutes % 60 < 10 ? "0" : "")\(minutes % 60)m"
  }
}

/// How long ago an instant was, in its largest unit: `now`, `12s`, `5m`, `3h`, `12d`.
func spelled(age instant: Timestamp, at now: Timestamp) -> String {
  let seconds = now.microseconds / 1_000_000 - instant.microseconds / 1_000_000
  return switch seconds {
  case ..<1: "now"
  case ..<120: "\(seconds)s"
  case ..<7200: "\(seconds / 60)m"
  case ..<172_800: "\(seconds / 3600)h"
  default: "\(seconds / 86_400)d"
  }
}

/// A number as a plain column has it; empty where there is none.
func column(_ number: Double?) -> String { number.map { JSONValue.double($0).line } ?? "" }

/// A number with two decimals: `97.50`.
func spelled(decimals number: Double) -> String {
  guard let hundredths = Int(exactly: (number * 100).rounded()) else { return "\(number)" }
  return "\(hundredths / 100).\(hundredths % 100 < 10 ? "0" : "")\(hundredths % 100)"
}
