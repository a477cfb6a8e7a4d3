import JSON
import ProtobufJSON
import ProtobufMessages
import WorkflowHistoryMessages

/// The first byte chooses a message, and by its high bit whether the rest is its wire bytes or its JSON.
enum JSONInput {
  private static let messages = [
    "SaveWorkflowExecution", "GetWorkflowExecution", "GetUserWorkflowHistory",
    "SaveWorkflowExecutions", "EstimateWorkflowExecution", "UpdateWorkflowExecution",
    "WatchWorkflowExecutions", "ListLearnedPatterns",
  ]

  static func run(_ bytes: [UInt8]) throws(BrokenPromise) -> Bool {
    var reader = InputReader(bytes)
    let choice = Int(reader.byte())
    let name = messages[choice % messages.count]
    guard let message = WorkflowHistoryAPI.messages["workflow_history.v1.\(name)Request"] else {
      throw BrokenPromise(description: "there is no \(name)")
    }
    var mapping = JSONMapping(documentType: WorkflowHistoryAPI.documentType)
    mapping.writesDefaults = choice & 0x40 != 0
    mapping.writesProtoNames = choice & 0x20 != 0
    let input = Array(reader.rest)
    let wire = choice & 0x80 == 0 ? try? mapping.wire(fromJSON: input, as: message) : input
    guard let wire, let json = try? mapping.json(of: wire, as: message) else { return false }
    var checker = JSONChecker(depthLimit: JSONMapping.depthLimit + 8)
    try promise((try? checker.check(json.span)) != nil, "what is written is not JSON")
    // Any path of a mask is taken from the wire, but not all enum numbers and nanoseconds are.
    guard let again = try? mapping.wire(fromJSON: json, as: message) else {
      try promise(choice & 0x80 != 0, "what was read from JSON is not read again")
      return true
    }
    try promise(
      (try? mapping.json(of: again, as: message)) == json, "JSON is not its own inverse")
    return true
  }
}
