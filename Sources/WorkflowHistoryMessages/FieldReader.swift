import CGoogleProtos
import CProtobufC
import CWorkflowHistoryProtos
import ProtobufMessages
import WorkflowHistory

/// Turns a C message's fields into domain values, and collects those that are none.
struct FieldReader {
  /// What stands before the fields' names: empty, or as `execution.`.
  let prefix: String
  private(set) var violations: [FieldViolation] = []

  init(prefix: String = "") { self.prefix = prefix }

  mutating func refuse(_ name: String, _ description: String) {
    violations.append(FieldViolation(field: prefix + name, description: description))
  }

  /// Takes over what another reader of the same request refused.
  mutating func take(_ other: FieldReader) { violations += other.violations }

  /// Throws what was refused, if anything was.
  func finish() throws(MessageError) {
    if !violations.isEmpty { throw MessageError(violations: violations) }
  }

  /// The text; nil where it is empty, which is how proto3 says absent.
  func text(_ text: UnsafeMutablePointer<CChar>) -> String? {
    text.pointee == 0 ? nil : String(cString: text)
  }

  mutating func id(_ name: String, _ text: UnsafeMutablePointer<CChar>) -> ExecutionID? {
    guard let text = self.text(text) else { return nil }
    if let id = ExecutionID(text) { return id }
    refuse(name, "must be a UUID in its 36-character form")
    return nil
  }

  mutating func requiredID(
    _ name: String, _ text: UnsafeMutablePointer<CChar>
  ) -> ExecutionID? {
    if text.pointee == 0 { refuse(name, "is required") }
    return id(name, text)
  }

  /// The ids of a field that repeats; one that is refused is left out.
  mutating func ids(
    _ name: String, _ texts: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?, _ count: Int
  ) -> [ExecutionID] {
    elements(texts, count).enumerated().compactMap {
      requiredID("\(name)[\($0.offset)]", $0.element)
    }
  }

  /// The status; nil where it is unspecified.
  mutating func status(
    _ name: String, _ value: WorkflowHistory__V1__WorkflowStatus
  ) -> WorkflowStatus? {
    if value.rawValue == 0 { return nil }
    if let status = Int16(exactly: value.rawValue).flatMap(WorkflowStatus.init) { return status }
    refuse(name, "is not a known status: must be one of \(FieldReader.statusNames)")
    return nil
  }

  /// The statuses of a filter. The first that is none is named, and the rest are not looked at.
  mutating func statuses(
    _ name: String, _ values: UnsafeMutablePointer<WorkflowHistory__V1__WorkflowStatus>?,
    _ count: Int
  ) -> [WorkflowStatus] {
    var statuses: [WorkflowStatus] = []
    for (index, value) in UnsafeBufferPointer(start: values, count: count).enumerated() {
      guard let status = Int16(exactly: value.rawValue).flatMap(WorkflowStatus.init) else {
        refuse(
          "\(name)[\(index)]",
          "is not a status to filter by: must be one of \(FieldReader.statusNames)")
        break
      }
      statuses.append(status)
    }
    return statuses
  }

  /// The names that a refusal lists.
  static let statusNames = """
    WORKFLOW_STATUS_PENDING, WORKFLOW_STATUS_RUNNING, WORKFLOW_STATUS_COMPLETED, \
    WORKFLOW_STATUS_FAILED, WORKFLOW_STATUS_PAUSED
    """

  mutating func document(
    _ name: String, _ document: UnsafeMutablePointer<WorkflowHistory__V1__JsonDocument>?
  ) -> JSONDocument? {
    guard let json = document?.pointee.json else { return nil }
    let utf8 = UnsafeBufferPointer(
      start: UnsafeRawPointer(json).assumingMemoryBound(to: UInt8.self), count: strlen(json))
    do {
      return try JSONDocument(checking: Array(utf8))
    } catch {
      refuse(name, "\(error)")
      return nil
    }
  }

  /// The instant, its nanoseconds cut to microseconds.
  mutating func timestamp(
    _ name: String, _ timestamp: UnsafeMutablePointer<Google__Protobuf__Timestamp>?
  ) -> Timestamp? {
    guard let timestamp = timestamp?.pointee else { return nil }
    // 0001-01-01T00:00:00Z to 9999-12-31T23:59:59Z, as timestamp.proto has it.
    guard -62_135_596_800...253_402_300_799 ~= timestamp.seconds else {
      refuse(name, "must lie in the years 1 to 9999")
      return nil
    }
    guard 0...999_999_999 ~= timestamp.nanos else {
      refuse(name, "must have nanos from 0 to 999,999,999")
      return nil
    }
    return Timestamp(microseconds: timestamp.seconds * 1_000_000 + Int64(timestamp.nanos / 1000))
  }

  mutating func requiredTimestamp(
    _ name: String, _ timestamp: UnsafeMutablePointer<Google__Protobuf__Timestamp>?
  ) -> Timestamp {
    if timestamp == nil { refuse(name, "is required") }
    return self.timestamp(name, timestamp) ?? Timestamp(microseconds: 0)
  }

  /// The number; nil where it is absent.
  mutating func double(
    _ name: String, _ value: UnsafeMutablePointer<Google__Protobuf__DoubleValue>?
  ) -> Double? {
    value.flatMap { double(name, $0.pointee.value) }
  }

  mutating func double(_ name: String, _ value: Double) -> Double? {
    if value.isFinite { return value }
    refuse(name, "must be a finite number")
    return nil
  }
}
