import CGoogleProtos
import CProtobufC
import CWorkflowHistoryProtos
public import ProtobufMessages

/// The service, as Protos/workflow_history/v1 declares it.
public enum WorkflowHistoryAPI {
  /// `workflow_history.v1.WorkflowHistoryService` and its methods.
  public static let service: ServiceDescriptor = {
    var service = WorkflowHistory__V1__WorkflowHistoryService_Service()
    // The generated initialiser is what tells the descriptor's address.
    workflow_history__v1__workflow_history_service__init(&service, nil)
    do {
      return try ServiceDescriptor(service.base.descriptor, fileDescriptorSet: fileDescriptorSet)
    } catch {
      preconditionFailure("the generated code is of two minds: \(error)")
    }
  }()

  /// A `google.protobuf.FileDescriptorSet`: our files and all that they import, each after those
  /// that it imports.
  public static let fileDescriptorSet = [UInt8](
    UnsafeBufferPointer(
      start: workflow_history__v1__file_descriptor_set_start(),
      count: workflow_history__v1__file_descriptor_set_size))
}
