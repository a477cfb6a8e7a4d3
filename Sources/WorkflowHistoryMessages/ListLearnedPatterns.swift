import CWorkflowHistoryProtos
public import PatternLearning
public import ProtobufMessages

/// Asks for a page of the patterns that were learned from one user's history.
public struct ListLearnedPatternsRequest: DecodableMessage, EncodableMessage, Equatable, Sendable {
  /// Whose history. Empty means the caller.
  public var userID: String
  /// Only patterns of this type's executions. Empty: any.
  public var workflowType: String
  /// Only patterns of one of these kinds. Empty: any.
  public var kinds: [PatternKind]
  /// Whether patterns that stand no more are listed too.
  public var includesRetired: Bool
  /// How many patterns at most. 0 means the default.
  public var pageSize: Int32
  /// The token of the page before. Empty for the first.
  public var pageToken: String

  /// A request with the fields as they are sent.
  public init(
    userID: String = "", workflowType: String = "", kinds: [PatternKind] = [],
    includesRetired: Bool = false, pageSize: Int32 = 0, pageToken: String = ""
  ) {
    self.userID = userID
    self.workflowType = workflowType
    self.kinds = kinds
    self.includesRetired = includesRetired
    self.pageSize = pageSize
    self.pageToken = pageToken
  }

  private static let type = MessageType<WorkflowHistory__V1__ListLearnedPatternsRequest> {
    workflow_history__v1__list_learned_patterns_request__init($0)
  }

  /// The message that `bytes` say; see ``DecodableMessage``.
  public static func decode(_ bytes: [UInt8], arena: Arena) throws(MessageError) -> Self {
    let message = try type.decode(bytes, arena: arena).pointee
    var reader = FieldReader()
    let request = Self(
      userID: String(cString: message.user_id),
      workflowType: String(cString: message.workflow_type),
      kinds: kinds(UnsafeBufferPointer(start: message.kinds, count: message.n_kinds), &reader),
      includesRetired: message.include_retired != 0, pageSize: message.page_size,
      pageToken: String(cString: message.page_token))
    try reader.finish()
    return request
  }

  /// The filter on kinds. The first that is none is named, and the rest are not looked at.
  private static func kinds(
    _ values: UnsafeBufferPointer<WorkflowHistory__V1__PatternKind>, _ reader: inout FieldReader
  ) -> [PatternKind] {
    var kinds: [PatternKind] = []
    for (index, value) in values.enumerated() {
      guard let kind = PatternKind(value) else {
        reader.refuse(
          "kinds[\(index)]",
          "is not a kind to filter by: must be one of \(PatternKind.protoNames)")
        break
      }
      kinds.append(kind)
    }
    return kinds
  }

  /// The wire bytes, after `prefix` bytes of 0.
  public func encode(arena: Arena, prefix: Int) -> [UInt8] {
    let message = Self.type.make(in: arena) {
      $0.user_id = arena.text(userID)
      $0.workflow_type = arena.text(workflowType)
      $0.kinds = arena.allocate(WorkflowHistory__V1__PatternKind.self, count: kinds.count)
      for (index, kind) in kinds.enumerated() {
        ($0.kinds + index).initialize(to: kind.message)
      }
      $0.n_kinds = kinds.count
      $0.include_retired = includesRetired ? 1 : 0
      $0.page_size = pageSize
      $0.page_token = arena.text(pageToken)
    }
    return Self.type.encode(message, prefix: prefix)
  }
}

/// Answers with a page of patterns.
public struct ListLearnedPatternsResponse: DecodableMessage, EncodableMessage, Equatable, Sendable {
  /// The page.
  public var page: PatternPage

  /// A response with this page.
  public init(page: PatternPage) { self.page = page }

  private static let type = MessageType<WorkflowHistory__V1__ListLearnedPatternsResponse> {
    workflow_history__v1__list_learned_patterns_response__init($0)
  }

  /// The message that `bytes` say; see ``DecodableMessage``.
  public static func decode(_ bytes: [UInt8], arena: Arena) throws(MessageError) -> Self {
    let message = try type.decode(bytes, arena: arena).pointee
    var reader = FieldReader()
    let patterns = reader.each(
      "patterns", elements(message.patterns, message.n_patterns), ListedPattern.init)
    try reader.finish()
    return Self(
      page: PatternPage(patterns: patterns, nextPageToken: reader.text(message.next_page_token)))
  }

  /// The wire bytes, after `prefix` bytes of 0.
  public func encode(arena: Arena, prefix: Int) -> [UInt8] {
    let message = Self.type.make(in: arena) {
      ($0.patterns, $0.n_patterns) = arena.pointers(page.patterns) { $0.message(in: arena) }
      $0.next_page_token = arena.text(page.nextPageToken)
    }
    return Self.type.encode(message, prefix: prefix)
  }
}
