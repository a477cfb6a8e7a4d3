import CGoogleProtos
import CWorkflowHistoryProtos
import ProtobufMessages
import WorkflowHistory

/// Domain values as C messages; nil is absent.
extension Arena {
  func timestamp(_ value: Timestamp?) -> UnsafeMutablePointer<Google__Protobuf__Timestamp>? {
    guard let value else { return nil }
    return Types.timestamp.make(in: self) {
      // Towards the past, so that nanos are never negative.
      let (seconds, rest) = value.microseconds.quotientAndRemainder(dividingBy: 1_000_000)
      $0.seconds = rest < 0 ? seconds - 1 : seconds
      $0.nanos = Int32((rest < 0 ? rest + 1_000_000 : rest) * 1000)
    }
  }

  func double(_ value: Double?) -> UnsafeMutablePointer<Google__Protobuf__DoubleValue>? {
    guard let value else { return nil }
    return Types.double.make(in: self) { $0.value = value }
  }

  func document(
    _ value: JSONDocument?
  ) -> UnsafeMutablePointer<WorkflowHistory__V1__JsonDocument>? {
    guard let value else { return nil }
    return Types.document.make(in: self) { $0.json = cString(value.utf8) }
  }

  /// An id or another text of ours; nil is empty.
  func text(_ value: String?) -> UnsafeMutablePointer<CChar> { cString(value ?? "") }

  /// The elements of a repeated string, and their count.
  func texts(
    _ values: [String]
  ) -> (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?, Int) {
    pointers(values) { cString($0) }
  }

  func status(_ value: WorkflowStatus?) -> WorkflowHistory__V1__WorkflowStatus {
    WorkflowHistory__V1__WorkflowStatus(rawValue: UInt32(value?.rawValue ?? 0))
  }

  /// The elements of a repeated status, and their count.
  func statuses(
    _ values: [WorkflowStatus]
  ) -> (UnsafeMutablePointer<WorkflowHistory__V1__WorkflowStatus>?, Int) {
    let statuses = allocate(WorkflowHistory__V1__WorkflowStatus.self, count: values.count)
    for (index, value) in values.enumerated() {
      (statuses + index).initialize(to: status(value))
    }
    return (statuses, values.count)
  }
}
