import CGoogleProtos
import ProtobufMessages
import Testing
import WorkflowHistoryMessages

@Suite("The declarations of messages")
struct DeclarationTests {
  /// What a field is, as its descriptor has it.
  private struct Field: Equatable {
    var name: String
    var jsonName: String
    var number: UInt32
    var isRepeated: Bool
  }

  @Test("are those of the FileDescriptorSet, with the names that protoc gives to JSON")
  func names() throws {
    let arena = Arena()
    let type = MessageType<Google__Protobuf__FileDescriptorSet> {
      google__protobuf__file_descriptor_set__init($0)
    }
    let set = try type.decode(WorkflowHistoryAPI.fileDescriptorSet, arena: arena).pointee
    var declared: [String: [Field]] = [:]
    for file in elements(set.file, set.n_file) {
      for message in elements(file.pointee.message_type, file.pointee.n_message_type) {
        let name =
          String(cString: file.pointee.package) + "." + String(cString: message.pointee.name)
        declared[name] = elements(message.pointee.field, message.pointee.n_field).map(\.pointee).map
        {
          Field(
            name: String(cString: $0.name), jsonName: String(cString: $0.json_name),
            number: UInt32($0.number),
            isRepeated: $0.label == GOOGLE__PROTOBUF__FIELD_DESCRIPTOR_PROTO__LABEL__LABEL_REPEATED)
        }
      }
    }
    var messages: [String: MessageDescriptor] = [:]
    for message in WorkflowHistoryAPI.messages.values { collect(message, into: &messages) }
    #expect(messages.count > 40)
    for (name, message) in messages {
      let fields = message.fields.map {
        Field(name: $0.name, jsonName: $0.jsonName, number: $0.number, isRepeated: $0.isRepeated)
      }
      #expect(fields == declared[name]?.sorted { $0.number < $1.number }, "\(name)")
    }
  }

  private func collect(
    _ message: MessageDescriptor, into messages: inout [String: MessageDescriptor]
  ) {
    guard messages.updateValue(message, forKey: message.fullName) == nil else { return }
    for case .message(let inner) in message.fields.map(\.kind) { collect(inner, into: &messages) }
  }

  @Test("say which fields show presence, and know enums by every name")
  func fields() throws {
    let save = try #require(
      WorkflowHistoryAPI.messages["workflow_history.v1.SaveWorkflowExecutionRequest"])
    guard case .message(let execution) = save.fields[0].kind else {
      Issue.record("an execution is a message")
      return
    }
    let present = execution.fields.filter(\.hasPresence).map(\.name)
    #expect(present.first == "input_data" && !present.contains("id") && !present.contains("status"))
    let index = try #require(execution.index(of: "durationSeconds"))
    #expect(
      index == execution.index(of: "duration_seconds") && index == execution.index(ofNumber: 12))
    #expect(execution.index(of: "DurationSeconds") == nil && execution.index(ofNumber: 99) == nil)
    guard case .enumeration(let status) = execution.fields[4].kind else {
      Issue.record("a status is an enum")
      return
    }
    #expect(status.number(of: "WORKFLOW_STATUS_FAILED") == 4)
    #expect(status.jsonName(of: 4, isPlain: false) == Array("\"WORKFLOW_STATUS_FAILED\"".utf8))
    #expect(status.jsonName(of: 4, isPlain: true) == Array("\"failed\"".utf8))
    #expect(status.jsonName(of: 99, isPlain: false) == nil)
  }
}
