import ProtobufMessages
import WorkflowHistoryMessages

/// The first byte says which request the rest are the wire bytes of.
enum RequestsInput {
  static func run(_ bytes: [UInt8]) throws(BrokenPromise) -> Bool {
    var reader = InputReader(bytes)
    let type = reader.byte() % 14
    let wire = Array(reader.rest)
    switch type {
    case 0: return try check(SaveWorkflowExecutionRequest.self, wire)
    case 1: return try check(GetWorkflowExecutionRequest.self, wire)
    case 2: return try check(GetUserWorkflowHistoryRequest.self, wire)
    case 3: return try check(GetWorkflowStatisticsRequest.self, wire)
    case 4: return try check(GetPerformanceMetricsRequest.self, wire)
    case 5: return try check(UpdateWorkflowExecutionRequest.self, wire)
    case 6: return try check(DeleteWorkflowExecutionRequest.self, wire)
    case 7: return try check(ListLearnedPatternsRequest.self, wire)
    case 9:
      return try checkMany(SaveWorkflowExecutionsRequest.self, wire) { request in
        request.items.compactMap { $0.error?.violations }
      }
    case 10: return try check(WatchWorkflowExecutionsRequest.self, wire)
    case 11: return try check(HeartbeatWorkflowExecutionRequest.self, wire)
    case 12: return try check(ExportWorkflowExecutionsRequest.self, wire)
    case 13:
      return try checkMany(ImportWorkflowExecutionsRequest.self, wire) { request in
        request.items.compactMap { $0.error?.violations }
      }
    default: return try check(EstimateWorkflowExecutionRequest.self, wire)
    }
  }

  /// An execution that can't be read is told and not encoded.
  private static func checkMany<Request: DecodableMessage & EncodableMessage & Equatable>(
    _ type: Request.Type, _ wire: [UInt8], refusals: (Request) -> [[FieldViolation]]
  ) throws(BrokenPromise) -> Bool {
    guard let request = try? Request.decode(wire, arena: Arena()) else { return false }
    let refusals = refusals(request)
    try promise(!refusals.contains([]), "a refusal names no field")
    guard refusals.isEmpty else { return false }
    return try check(type, wire)
  }

  /// What decodes is the same once it is encoded and decoded again; what does not names no field
  /// without saying what is wrong with it.
  private static func check<Request: DecodableMessage & EncodableMessage & Equatable>(
    _ type: Request.Type, _ wire: [UInt8]
  ) throws(BrokenPromise) -> Bool {
    // Small, so that decodings reach past the block that is kept, and the limit.
    let arena = Arena(firstBlock: 256, limit: 1 << 16)
    let request: Request
    do throws(MessageError) {
      request = try Request.decode(wire, arena: arena)
    } catch {
      try promise(!error.description.isEmpty, "a refusal says nothing")
      return false
    }
    arena.reset()
    let encoded = request.encode(arena: arena, prefix: 0)
    arena.reset()
    let again = try? Request.decode(encoded, arena: Arena())
    try promise(again == request, "\(type) changes when it is encoded and decoded")
    return true
  }
}

extension Result where Failure == MessageError {
  /// Why it failed.
  fileprivate var error: MessageError? {
    if case .failure(let error) = self { error } else { nil }
  }
}
