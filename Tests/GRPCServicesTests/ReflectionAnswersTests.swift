import GRPCMessages
import GRPCServices
import ProtobufMessages
import Testing
import WorkflowHistoryMessages

@Suite("The answers of server reflection")
struct ReflectionAnswersTests {
  private let index: FileDescriptorIndex
  private let answers: ReflectionAnswers

  init() throws {
    index = try FileDescriptorIndex([
      WorkflowHistoryAPI.fileDescriptorSet, GRPCAPI.fileDescriptorSet,
    ])
    answers = ReflectionAnswers(index, services: ["b.C", "a.B"])
  }

  @Test("list the services that are served, whatever else is described")
  func services() {
    for text in ["", "*"] {
      #expect(answers.answer(.init(.listServices(text))).answer == .services(["a.B", "b.C"]))
    }
  }

  @Test("give a file with its imports, by its name and by a symbol of it")
  func files() throws {
    let service = "workflow_history/v1/workflow_history_service.proto"
    let files = try #require(index.files(named: service))
    #expect(files.count > 3)
    #expect(answers.answer(.init(.fileByFilename(service))).answer == .fileDescriptors(files))
    for symbol in [
      "workflow_history.v1.WorkflowHistoryService",
      "workflow_history.v1.WorkflowHistoryService.SaveWorkflowExecution",
      "workflow_history.v1.SaveWorkflowExecutionRequest.execution",
    ] {
      #expect(
        answers.answer(.init(.fileContainingSymbol(symbol))).answer == .fileDescriptors(files))
    }
  }

  @Test("describe health and reflection too")
  func itself() throws {
    for service in [GRPCAPI.health, GRPCAPI.reflection, GRPCAPI.reflectionV1Alpha] {
      let files = try #require(index.files(declaring: service.fullName))
      #expect(
        answers.answer(.init(.fileContainingSymbol(service.fullName))).answer
          == .fileDescriptors(files))
    }
  }

  @Test("give no extension numbers for a message that has no extensions")
  func extensions() {
    let type = "google.protobuf.Timestamp"
    #expect(
      answers.answer(.init(.allExtensionNumbersOfType(type))).answer
        == .extensionNumbers(type: type, []))
  }

  @Test(
    "say of what is unknown that it is, as an error of the answer",
    arguments: [
      (.fileByFilename("no.proto"), "unknown file"),
      (.fileContainingSymbol("no.Such"), "unknown symbol"),
      (
        .fileContainingExtension(type: "google.protobuf.FieldOptions", number: 1),
        "unknown extension"
      ),
      (.allExtensionNumbersOfType("no.Such"), "unknown type"),
    ] as [(ServerReflectionRequest.Query, String)])
  func unknown(query: ServerReflectionRequest.Query, message: String) {
    #expect(answers.answer(.init(query)).answer == .error(code: 5, message: message))
  }

  @Test("refuse a request without a query, and repeat every request")
  func noQuery() {
    let request = ServerReflectionRequest(host: "h", .none)
    let response = answers.answer(request)
    #expect(response.answer == .error(code: 3, message: "no known query is set"))
    #expect(response.validHost == "h")
    #expect(response.originalRequest == request)
  }
}
