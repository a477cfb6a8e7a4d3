import HTTPGateway
import HTTPRouting
import ProtobufJSON
import WorkflowHistoryMessages
import WorkflowsREST

extension HTTPGateway {
  /// The service's methods by their HTTP rules, with documents as the JSON that they are, and by the paths
  /// under `/api/workflows`; the document that says so; and resources.
  static func ofService(resources: [any HTTPResources] = []) throws -> HTTPGateway {
    let router = try HTTPRouter(
      HTTPRule.rules(ofServiceConfig: WorkflowHistoryAPI.serviceConfig),
      service: WorkflowHistoryAPI.service, messages: WorkflowHistoryAPI.messages,
      mapping: JSONMapping(documentType: WorkflowHistoryAPI.documentType))
    return HTTPGateway(
      [RuledOperations(router), try WorkflowsREST()], resources: [OpenAPIDocument()] + resources)
  }
}
