internal import Foundation
internal import ProtobufMessages
internal import WorkflowHistory
internal import WorkflowHistoryMessages

/// What the server will never take, or what can't be read: a line of the file beside the spool.
struct Refusal: Encodable, Sendable {
  private var refusedAt: Date
  private(set) var executionID: String?
  private(set) var reason: String
  private var kind: String
  private var request: Request?
  /// The request's wire bytes in Base64, where they can't be read.
  private var wire: String?

  init(_ request: SaveWorkflowExecutionRequest, _ reason: String, at instant: Timestamp) {
    self.init(reason, at: instant, "SaveWorkflowExecutionRequest")
    self.request = Request(execution: request.execution.map(Fields.init))
    executionID = request.execution?.id?.description
  }

  init(_ request: UpdateWorkflowExecutionRequest, _ reason: String, at instant: Timestamp) {
    self.init(reason, at: instant, "UpdateWorkflowExecutionRequest")
    self.request = Request(
      execution: Fields(request.execution), updateMask: request.updateMask,
      expectedVersion: request.expectedVersion)
    executionID = request.execution.id?.description
  }

  init(_ record: SpoolRecord, _ reason: MessageError, at instant: Timestamp) {
    let kind = record.kind == .save ? "Save" : "Update"
    self.init("\(reason)", at: instant, "\(kind)WorkflowExecutionRequest")
    wire = Data(record.content).base64EncodedString()
  }

  private init(_ reason: String, at instant: Timestamp, _ kind: String) {
    refusedAt = Date(timeIntervalSince1970: Double(instant.microseconds) / 1e6)
    self.reason = reason
    self.kind = kind
  }

  /// The line, with its end.
  var line: [UInt8] {
    let encoder = JSONEncoder()
    encoder.dateEncodingStrategy = .iso8601
    encoder.keyEncodingStrategy = .convertToSnakeCase
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
    guard let json = try? encoder.encode(self) else {
      preconditionFailure("texts, numbers and dates are always encoded")
    }
    return Array(json) + [UInt8(ascii: "\n")]
  }

  private struct Request: Encodable {
    var execution: Fields?
    var updateMask: [String]?
    var expectedVersion: Int32?
  }

  private struct Fields: Encodable {
    struct Document: Encodable { let json: String }

    var id, workflowID, workflowType, userID, status, errorMessage: String?
    var inputData, outputData, taskResults, executionMetadata: Document?
    var startTime, endTime: Date?
    var durationSeconds: Double?

    init(_ fields: ExecutionFields) {
      func document(_ document: JSONDocument?) -> Document? {
        document.map { Document(json: String(decoding: $0.utf8, as: UTF8.self)) }
      }
      func date(_ time: Timestamp?) -> Date? {
        time.map { Date(timeIntervalSince1970: Double($0.microseconds) / 1e6) }
      }
      id = fields.id?.description
      (workflowID, workflowType) = (fields.workflowID, fields.workflowType)
      (userID, errorMessage) = (fields.userID, fields.errorMessage)
      status = fields.status.map { "\($0)".uppercased() }
      (inputData, outputData) = (document(fields.inputData), document(fields.outputData))
      taskResults = document(fields.taskResults)
      executionMetadata = document(fields.executionMetadata)
      (startTime, endTime) = (date(fields.startTime), date(fields.endTime))
      durationSeconds = fields.durationSeconds
    }

    enum CodingKeys: String, CodingKey {
      case id, workflowID = "workflowId", workflowType, userID = "userId", status, errorMessage
      case inputData, outputData, taskResults, executionMetadata
      case startTime, endTime, durationSeconds
    }
  }

  enum CodingKeys: String, CodingKey {
    case refusedAt, executionID = "executionId", reason, kind, request, wire
  }
}
