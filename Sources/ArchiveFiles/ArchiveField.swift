internal import JSON
internal import TextEncoding
internal import WorkflowHistory

/// A field of an archived execution as text, under its name in the proto.
struct ArchiveField: Sendable {
  /// What the text is.
  enum Kind: Sendable {
    /// Any text.
    case text
    /// A JSON number.
    case number
    /// Any JSON value.
    case document
  }

  /// Why a text is no value of a field.
  struct Refusal: Error {
    var reason: String
  }

  typealias Reader = @Sendable ([UInt8], inout ArchivedExecution) throws(Refusal) -> Void

  let name: String
  let kind: Kind
  /// The text; nil where it is absent.
  let value: @Sendable (ArchivedExecution) -> [UInt8]?
  /// Takes the value that a text says, which is not empty.
  let read: Reader

  /// All of them, in the order in which they are written.
  static let all: [ArchiveField] = [
    ArchiveField(name: "id", kind: .text) {
      $0.fields.id.map { Array($0.description.utf8) }
    } read: { (text, archived) throws(Refusal) in
      archived.fields.id = ExecutionID(String(decoding: text, as: UTF8.self))
      guard archived.fields.id != nil else {
        throw Refusal(reason: "must be a UUID in its 36-character form")
      }
    },
    .text("workflow_id", \.workflowID),
    .text("workflow_type", \.workflowType),
    .text("user_id", \.userID),
    ArchiveField(name: "status", kind: .text) {
      $0.fields.status.map { Array($0.name.utf8) }
    } read: { (text, archived) throws(Refusal) in
      archived.fields.status = WorkflowStatus(name: String(decoding: text, as: UTF8.self))
      guard archived.fields.status != nil else {
        let names = WorkflowStatus.allCases.map(\.name).joined(separator: ", ")
        throw Refusal(reason: "must be one of \(names)")
      }
    },
    .instant("start_time", \.fields.startTime),
    .instant("end_time", \.fields.endTime),
    ArchiveField(name: "duration_seconds", kind: .number) {
      $0.fields.durationSeconds.map { seconds in
        var text: [UInt8] = []
        text.appendJSONNumber(seconds)
        return text
      }
    } read: { (text, archived) throws(Refusal) in
      let seconds = Double(String(decoding: text, as: UTF8.self))
      guard let seconds, seconds.isFinite else { throw Refusal(reason: "must be a number") }
      archived.fields.durationSeconds = seconds
    },
    .text("error_message", \.errorMessage),
    .document("input_data", \.inputData),
    .document("output_data", \.outputData),
    .document("task_results", \.taskResults),
    .document("execution_metadata", \.executionMetadata),
    ArchiveField(name: "version", kind: .number) {
      $0.version == 0 ? nil : Array(String($0.version).utf8)
    } read: { (text, archived) throws(Refusal) in
      guard let version = Int32(String(decoding: text, as: UTF8.self)) else {
        throw Refusal(reason: "must be a whole number")
      }
      archived.version = version
    },
    // For readers: it is the id's own.
    ArchiveField(name: "created_at", kind: .text) {
      $0.fields.id.map { Array($0.createdAt.rfc3339.utf8) }
    } read: { (_, _) throws(Refusal) in
    },
    .instant("updated_at", \.updatedAt),
    ArchiveField(name: "save_digest", kind: .text) {
      $0.saveDigest.isEmpty ? nil : Array(Base64.encode($0.saveDigest).utf8)
    } read: { (text, archived) throws(Refusal) in
      guard let digest = Base64.decode(text.span) else { throw Refusal(reason: "must be Base64") }
      archived.saveDigest = digest
    },
  ]

  /// The places in ``all``, by their names.
  static let places = Dictionary(
    uniqueKeysWithValues: all.enumerated().map { ($0.element.name, $0.offset) })

  private static func text(
    _ name: String, _ path: any WritableKeyPath<ExecutionFields, String?> & Sendable
  ) -> ArchiveField {
    ArchiveField(name: name, kind: .text) {
      $0.fields[keyPath: path].map { Array($0.utf8) }
    } read: { (text, archived) throws(Refusal) in
      guard let text = String(validating: text, as: UTF8.self) else {
        throw Refusal(reason: "is not UTF-8")
      }
      archived.fields[keyPath: path] = text
    }
  }

  private static func instant(
    _ name: String, _ path: any WritableKeyPath<ArchivedExecution, Timestamp?> & Sendable
  ) -> ArchiveField {
    ArchiveField(name: name, kind: .text) {
      $0[keyPath: path].map { Array($0.rfc3339.utf8) }
    } read: { (text, archived) throws(Refusal) in
      guard let instant = Timestamp(rfc3339: String(decoding: text, as: UTF8.self)) else {
        throw Refusal(reason: "must be as RFC 3339 has it, such as 2026-05-01T12:30:00Z")
      }
      archived[keyPath: path] = instant
    }
  }

  private static func document(
    _ name: String, _ path: any WritableKeyPath<ExecutionFields, JSONDocument?> & Sendable
  ) -> ArchiveField {
    ArchiveField(name: name, kind: .document) {
      $0.fields[keyPath: path]?.utf8
    } read: { (text, archived) throws(Refusal) in
      do throws(JSONError) {
        archived.fields[keyPath: path] = try JSONDocument(checking: text)
      } catch {
        throw Refusal(reason: "is not a JSON document that can be kept: \(error)")
      }
    }
  }
}
