internal import Postgres
internal import WorkflowHistory

/// A page with documents while it is read, part by part.
struct FullPage {
  private let size: Int
  private let bytes: Int
  private let sealing: PayloadSealing?
  private var bytesTaken = 0
  private(set) var executions: [WorkflowExecution] = []
  private(set) var hasMore = false
  private(set) var isComplete = false

  /// How many rows the first part is chosen from: their documents are all rendered, however few
  /// of them fit.
  private static let firstCandidates = 16

  init(size: Int, bytes: Int, sealing: PayloadSealing? = nil) {
    self.size = size
    self.bytes = bytes
    self.sealing = sealing
  }

  var bytesLeft: Int { max(bytes - bytesTaken, 0) }

  /// How many rows the next part is to be chosen from: as many as will fit if they are as large as
  /// those before. One more than the page may hold tells whether there is a next.
  var nextCandidates: Int {
    let wanted = size + 1 - executions.count
    guard !executions.isEmpty else { return min(wanted, Self.firstCandidates) }
    let likely = bytesLeft / max(bytesTaken / executions.count, 1) + 1
    return min(wanted, likely)
  }

  /// Takes a part: the first of some candidates, as many as fit, but at least one.
  mutating func take(_ result: QueryResult, of candidatesAsked: Int) throws {
    let before = bytesTaken
    for index in 0..<result.count {
      let row = result[index]
      let sum = before + Int(try row.value(0, as: Int64.self))
      guard executions.count < size, executions.isEmpty || sum <= bytes else {
        end(hasMore: true)
        return
      }
      executions.append(try WorkflowExecution(row, from: 2, hasHeartbeat: true, sealing: sealing))
      bytesTaken = sum
    }
    let candidates = try result.first?.value(1, as: Int64.self) ?? 0
    if candidates > result.count {
      end(hasMore: true)
    } else if candidates < candidatesAsked {
      end(hasMore: false)
    }
  }

  private mutating func end(hasMore: Bool) {
    self.hasMore = hasMore
    isComplete = true
  }
}
