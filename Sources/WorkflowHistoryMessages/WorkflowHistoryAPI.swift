import CGoogleProtos
import CProtobufC
import CWorkflowHistoryProtos
public import ProtobufMessages

/// The service, as Protos/workflow_history/v1 declares it.
public enum WorkflowHistoryAPI {
  /// `workflow_history.v1.WorkflowHistoryService` and its methods.
  public static let service: ServiceDescriptor = {
    do {
      return try ServiceDescriptor(serviceDescriptor, fileDescriptorSet: fileDescriptorSet)
    } catch {
      preconditionFailure("the generated code is of two minds: \(error)")
    }
  }()

  /// What the methods' requests and responses are, and the messages in them, by their full names.
  public static let messages = MessageDescriptor.messages(ofService: serviceDescriptor)

  /// The full name of the message that holds a JSON document as text.
  public static let documentType = "workflow_history.v1.JsonDocument"

  /// A `google.protobuf.FileDescriptorSet`: our files and all that they import, each after those
  /// that it imports.
  public static let fileDescriptorSet = [UInt8](
    UnsafeBufferPointer(
      start: workflow_history__v1__file_descriptor_set_start(),
      count: workflow_history__v1__file_descriptor_set_size))

  /// A `google.api.Service` in JSON, with the HTTP rules of the methods.
  public static let serviceConfig = [UInt8](
    UnsafeBufferPointer(
      start: workflow_history__v1__service_config_start(),
      count: workflow_history__v1__service_config_size))

  /// The OpenAPI document of the methods that have HTTP rules, JSON.
  public static let openAPIDocument = [UInt8](
    UnsafeBufferPointer(
      start: workflow_history__v1__openapi_start(), count: workflow_history__v1__openapi_size))

  /// The SHA-256 of that document, in hexadecimal.
  public static let openAPIDigest = workflow_history__v1__openapi_digest

  private static var serviceDescriptor: UnsafeRawPointer {
    var service = WorkflowHistory__V1__WorkflowHistoryService_Service()
    // The generated initialiser is what tells the descriptor's address.
    workflow_history__v1__workflow_history_service__init(&service, nil)
    return UnsafeRawPointer(service.base.descriptor)
  }
}
