internal import HTTPGateway
internal import JSON
internal import ProtobufJSON
internal import ProtobufMessages
internal import RPC
internal import WorkflowHistoryMessages

/// A request to one of the endpoints.
struct WorkflowsOperation: HTTPOperation {
  private let endpoint: Endpoint
  private let arguments: Arguments

  init(_ endpoint: Endpoint, _ arguments: Arguments) {
    self.endpoint = endpoint
    self.arguments = arguments
  }

  /// How this API writes messages.
  static let mapping = {
    var mapping = JSONMapping(documentType: WorkflowHistoryAPI.documentType)
    mapping.writesProtoNames = true
    mapping.writesInt64AsStrings = false
    mapping.writesAbsentAsNull = true
    mapping.writesPlainEnumNames = true
    mapping.textsWithoutEmpty = ["error_message", "most_common_type", "subject", "workflow_type"]
    return mapping
  }()

  var methodPath: String { endpoint.method.path }
  var streamsResponses: Bool { false }

  /// The request's wire bytes. A body is passed over, as FastAPI does where none is declared.
  func request(body: [UInt8]) throws(MessageError) -> [UInt8] {
    guard arguments.problems.isEmpty else {
      throw MessageError(
        violations: arguments.problems.map {
          FieldViolation(field: $0.location.last ?? "", description: $0.message)
        })
    }
    var wire: [UInt8] = []
    for constant in endpoint.constants { wire += try bytes(constant.text, of: constant.field) }
    for parameter in endpoint.parameters {
      guard let value = arguments.values[parameter.name] else { continue }
      wire += try bytes(value, of: parameter.field)
    }
    return wire
  }

  private func bytes(_ text: String, of name: String) throws(MessageError) -> [UInt8] {
    guard let index = endpoint.request.index(of: name) else { return [] }
    return try Self.mapping.wire(fromText: text, at: [endpoint.request.fields[index]])
  }

  func json(of response: [UInt8]) throws(MessageError) -> [UInt8] {
    let message = try Self.mapping.json(of: response, as: endpoint.response)
    return endpoint.shape.json(of: JSONMembers(message[...]), arguments)
  }

  func failure(_ status: RPCStatus) -> HTTPFailure {
    guard status.code == .invalidArgument else {
      return HTTPFailure(status, json: Detail.text(status.message))
    }
    let own = arguments.problems
    return HTTPFailure(
      status, as: 422, json: Detail.problems(own.isEmpty ? problems(of: status) : own))
  }

  /// What the service has refused, by the parameters that it was said in.
  private func problems(of status: RPCStatus) -> [Problem] {
    var problems: [Problem] = []
    for case .badRequest(let violations) in status.details {
      for violation in violations {
        let parameter = endpoint.parameters.first { $0.field == violation.field }
        // No field of a request has a hyphen in its name, and each in the head here does.
        let place = violation.field.contains("-") ? ["header"] : []
        problems.append(
          parameter?.problem("value_error", violation.description)
            ?? Problem(
              location: place + [violation.field], message: violation.description,
              type: "value_error"))
      }
    }
    return problems.isEmpty
      ? [Problem(location: [], message: status.message, type: "value_error")] : problems
  }
}
