import ProtobufMessages
import PatternLearning
import WorkflowHistory

/// Values with every field set, for round trips.
enum Samples {
  static let id = ExecutionID(high: 0x0191_2345_6789_7ABC, low: 0x8123_4567_89AB_CDEF)
  static let instant = Timestamp(microseconds: 1_750_000_000_123_456)

  static func json(_ text: String) -> JSONDocument { JSONDocument(uncheckedUTF8: Array(text.utf8)) }

  static var fields: ExecutionFields {
    var fields = ExecutionFields()
    fields.id = id
    fields.workflowID = "wf-123"
    fields.workflowType = "etl"
    fields.userID = "käse \u{1F600}"
    fields.status = .failed
    fields.inputData = json(#"{"a":[1,2]}"#)
    fields.outputData = json("12345678901234567890")
    fields.taskResults = json("[]")
    fields.errorMessage = "it broke"
    fields.startTime = instant
    fields.endTime = Timestamp(microseconds: -1)
    fields.durationSeconds = 0.1
    fields.executionMetadata = json("{}")
    return fields
  }

  static var execution: WorkflowExecution {
    WorkflowExecution(
      id: id, workflowID: "wf-123", workflowType: "etl", userID: "u", status: .completed,
      inputData: json("1"), outputData: json("2"), taskResults: json("[]"),
      errorMessage: "none to speak of", startTime: instant, endTime: instant, durationSeconds: 0,
      executionMetadata: json("{}"), version: 7, createdAt: id.createdAt, updatedAt: instant)
  }

  static var bareExecution: WorkflowExecution {
    WorkflowExecution(
      id: id, workflowID: "w", workflowType: "t", userID: "u", status: .pending, inputData: nil,
      outputData: nil, taskResults: nil, errorMessage: nil, startTime: nil, endTime: nil,
      durationSeconds: nil, executionMetadata: nil, version: 1, createdAt: id.createdAt,
      updatedAt: instant)
  }

  static let window = WindowQuery(
    userID: "u", workflowType: "etl", start: Timestamp(microseconds: 5), end: instant)
  static let bareWindow = WindowQuery(
    userID: "u", workflowType: nil, start: Timestamp(microseconds: 0), end: instant)

  static let figures = ExecutionFigures(
    counts: [.pending: 1, .running: 2, .completed: 3, .failed: 4, .paused: 5], durationCount: 1,
    durationSumMicroseconds: 1_500_000, p50DurationSeconds: 1, p95DurationSeconds: 2,
    p99DurationSeconds: 3, firstExecutionAt: Timestamp(microseconds: 1), lastExecutionAt: instant)

  static func pattern(_ kind: PatternKind) -> ListedPattern {
    ListedPattern(
      id: "0123456789abcdef", kind: kind, workflowType: "etl",
      rule: JSONDocument(uncheckedUTF8: Array(#"{"kind":"x"}"#.utf8)), description: "It is so.",
      support: 70, confidence: 0.75, baseline: 0, pValue: 1e-307, qValue: 0.04,
      firstConfirmed: 20_000, lastConfirmed: 20_007, isValidated: true, isActive: true,
      sampleIDs: [id, id])
  }

  static let metrics = PerformanceMetrics(
    query: window,
    speedClasses: SpeedClass.allCases.map {
      SpeedClassFigures(
        speedClass: $0, executions: $0 == .fast ? 0 : 3,
        durationSumMicroseconds: $0 == .fast ? 0 : 10_000_001)
    },
    durations: DurationSpread(
      p50Seconds: 1, p95Seconds: 2, p99Seconds: 3,
      buckets: [0, 0.5, 4].map { DurationBucket(lowerSeconds: $0, executions: 5_000_000_000) }),
    errorPatterns: [
      ErrorPattern(
        fingerprint: "no <n>", frequency: 4, share: 66.67, firstSeen: Timestamp(microseconds: 1),
        lastSeen: instant, trend: .falling, sampleMessage: "no 5", sampleIDs: [id, id],
        inputAssociations: [
          InputAssociation(
            field: "$.region", value: "\"eu\"", executions: 5_000_000_000, errorRate: 75,
            baselineErrorRate: 0.5, pValue: 1e-300)
        ])
    ],
    tips: [
      OptimizationTip(
        kind: .slowExecutions, severity: .warning, text: "slow", executions: 3, subject: "slow",
        evidence: [.init(name: "a_percent", value: 62.5), .init(name: "runs", value: 3)],
        sampleIDs: [id]),
      OptimizationTip(
        kind: .bottleneckTask, severity: .warning, text: "load", executions: 1, subject: "load"),
      OptimizationTip(
        kind: .failureCause, severity: .critical, text: "eu", executions: 1, subject: "0123"),
      OptimizationTip(
        kind: .regression, severity: .info, text: "since", executions: 1, subject: "4567"),
    ],
    efficiencyTrend: [-719_162, -1, 0, 59, 19_782, 20_000, 2_932_896].map {
      EfficiencyPoint(
        day: $0, executions: 2, medianDurationSeconds: 1.5,
        baselineMedianSeconds: $0 == 0 ? nil : 3)
    },
    slowestTasks: [1.5, nil].map {
      TaskMetrics(
        name: "load", runs: 5_000_000_000, failedRuns: 2, averageDurationSeconds: $0,
        timeShare: 75.5, failureShare: 66.67)
    },
    daily: [1.5, nil].map {
      DailyFigures(
        day: 20_000, executions: 5_000_000_000, completed: 4, failed: 2, p50Seconds: $0,
        p95Seconds: $0, p99Seconds: $0)
    })
}

/// The message after a trip over the wire, twice through one arena that is reset between.
func roundTrip<Message: EncodableMessage & DecodableMessage>(
  _ message: Message
) throws -> Message {
  let arena = Arena(firstBlock: 256)
  let bytes = message.encode(arena: arena, prefix: 5)
  arena.reset()
  return try Message.decode(Array(bytes.dropFirst(5)), arena: arena)
}
