internal import WorkflowHistory

/// The executions of a stream of saves that were not answered yet, in their order.
struct UnansweredSaves {
  private var items: [(execution: ArchivedExecution, bytes: Int)] = []
  /// Those before it were answered.
  private var first = 0
  /// How many, from the first, the present call was sent.
  private(set) var sent = 0
  private var bytes = 0

  /// How many executions, and about how many bytes, may wait.
  private static let maxCount = 1_000
  private static let maxBytes = 4 << 20
  /// How many executions, and about how many bytes, go in a request.
  private static let maxRequestCount = 100
  private static let maxRequestBytes = 256 << 10

  var count: Int { items.count - first }
  var isEmpty: Bool { count == 0 }
  var hasRoom: Bool { count < Self.maxCount && bytes < Self.maxBytes }
  var hasUnsent: Bool { sent < count }

  mutating func append(_ execution: ArchivedExecution) {
    let size = execution.fields.approximateBytes
    items.append((execution, size))
    bytes += size
  }

  /// The next of those that were not sent, for one request.
  mutating func takeRequest() -> [ArchivedExecution] {
    var request: [ArchivedExecution] = []
    var size = 0
    while hasUnsent, request.count < Self.maxRequestCount {
      let next = items[first + sent]
      guard request.isEmpty || size + next.bytes <= Self.maxRequestBytes else { break }
      request.append(next.execution)
      size += next.bytes
      sent += 1
    }
    return request
  }

  /// The first so many were answered, of those that were sent.
  mutating func removeAnswered(_ count: Int) {
    for index in first..<first + count { bytes -= items[index].bytes }
    first += count
    sent -= count
    guard first == items.count || first > Self.maxCount else { return }
    items.removeFirst(first)
    first = 0
  }

  /// The call has broken off: another is to be sent all of them.
  mutating func unsend() { sent = 0 }
}

extension ExecutionFields {
  /// About how many bytes it takes, here and in a request.
  var approximateBytes: Int {
    let documents = [inputData, outputData, taskResults, executionMetadata]
    let texts = [workflowID, workflowType, userID, errorMessage]
    return documents.reduce(0) { $0 + ($1?.utf8.count ?? 0) }
      + texts.reduce(256) { $0 + ($1?.utf8.count ?? 0) }
  }
}
