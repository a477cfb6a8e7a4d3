/// Why a save, an update, a deletion or a query was refused, in words for its caller.
public struct HistoryError: Error, Equatable, Sendable {
  /// What kind of refusal it is; the gRPC code of the same name answers it.
  public struct Code: Hashable, Sendable {
    let name: String
    /// A field of the request breaks a rule: see ``HistoryError/violations``.
    public static let invalidArgument = Code(name: "invalidArgument")
    /// There is no such execution.
    public static let notFound = Code(name: "notFound")
    /// The id is taken by another save.
    public static let alreadyExists = Code(name: "alreadyExists")
    /// The execution is another user's.
    public static let permissionDenied = Code(name: "permissionDenied")
    /// The execution stands where the call can't change it.
    public static let failedPrecondition = Code(name: "failedPrecondition")
    /// The execution has changed since the caller read it.
    public static let aborted = Code(name: "aborted")
    /// A queue is full: try again after ``HistoryError/retryAfter``.
    public static let resourceExhausted = Code(name: "resourceExhausted")
    /// The database is away: try again after ``HistoryError/retryAfter``.
    public static let unavailable = Code(name: "unavailable")
    /// What comes next is not kept any more.
    public static let outOfRange = Code(name: "outOfRange")
    /// The statement ran into its time limit.
    public static let deadlineExceeded = Code(name: "deadlineExceeded")
    /// A fault of ours. The message says nothing of the inside.
    public static let `internal` = Code(name: "internal")
  }

  /// One field that was refused.
  public struct FieldViolation: Hashable, Sendable {
    /// Its path in the request, as the proto spells it: `execution.end_time`.
    public var field: String
    /// What is wrong, which limit, and what to do.
    public var description: String

    /// The refusal of one field.
    public init(field: String, description: String) {
      self.field = field
      self.description = description
    }
  }

  /// What kind of refusal it is.
  public var code: Code
  /// The refusal, for the caller to read.
  public var message: String
  /// Only with ``Code/invalidArgument``.
  public var violations: [FieldViolation]
  /// How long to wait before another try, where one is worth it.
  public var retryAfter: Duration?

  /// A refusal.
  public init(
    _ code: Code, _ message: String, violations: [FieldViolation] = [],
    retryAfter: Duration? = nil
  ) {
    self.code = code
    self.message = message
    self.violations = violations
    self.retryAfter = retryAfter
  }

  /// The refusal of one field.
  public static func invalid(_ field: String, _ description: String) -> HistoryError {
    HistoryError(
      .invalidArgument, "\(field): \(description)",
      violations: [FieldViolation(field: field, description: description)])
  }
}
