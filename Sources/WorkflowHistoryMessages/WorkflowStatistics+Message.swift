import CWorkflowHistoryProtos
import ProtobufMessages
import WorkflowHistory

extension WorkflowStatistics {
  /// What a response's statistics say.
  init(
    _ message: WorkflowHistory__V1__WorkflowStatistics, _ reader: inout FieldReader
  ) {
    let query = WindowQuery(
      userID: String(cString: message.user_id), workflowType: reader.text(message.workflow_type),
      start: reader.requiredTimestamp("window_start", message.window_start),
      end: reader.requiredTimestamp("window_end", message.window_end))
    let all = ExecutionFigures(message, &reader)
    var byType: [(workflowType: String, figures: ExecutionFigures)] = []
    for (index, type) in elements(message.by_type, message.n_by_type).enumerated() {
      var inner = FieldReader(prefix: "\(reader.prefix)by_type[\(index)].")
      byType.append(
        (String(cString: type.pointee.workflow_type), ExecutionFigures(type.pointee, &inner)))
      reader.take(inner)
    }
    if message.workflow_type_count < byType.count {
      reader.refuse("workflow_type_count", "is less than the types in by_type")
    }
    self.init(query: query, all: all, byType: byType, typeCount: message.workflow_type_count)
  }

  /// The statistics as a C message.
  func message(
    in arena: Arena
  ) -> UnsafeMutablePointer<WorkflowHistory__V1__WorkflowStatistics> {
    Types.statistics.make(in: arena) {
      $0.user_id = arena.text(query.userID)
      $0.workflow_type = arena.text(query.workflowType)
      $0.window_start = arena.timestamp(query.start)
      $0.window_end = arena.timestamp(query.end)
      all.fill(&$0, in: arena)
      $0.most_common_type = arena.text(mostCommonType)
      ($0.by_type, $0.n_by_type) = arena.pointers(byType) { type in
        Types.typeStatistics.make(in: arena) {
          $0.workflow_type = arena.text(type.workflowType)
          type.figures.fill(&$0, in: arena)
        }
      }
      $0.workflow_type_count = typeCount
    }
  }
}
