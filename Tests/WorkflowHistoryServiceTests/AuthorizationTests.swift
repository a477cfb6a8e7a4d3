import Identity
import PatternLearning
import ProtobufMessages
import RPC
import Testing
import WorkflowHistory
import WorkflowHistoryMessages
import WorkflowHistoryTesting

@testable import WorkflowHistoryService

/// The caller, alice, asks for something of a user's.
private enum Method: String, CaseIterable {
  case save = "SaveWorkflowExecution"
  case get = "GetWorkflowExecution"
  case history = "GetUserWorkflowHistory"
  case statistics = "GetWorkflowStatistics"
  case metrics = "GetPerformanceMetrics"
  case patterns = "ListLearnedPatterns"
  case estimate = "EstimateWorkflowExecution"
  case watch = "WatchWorkflowExecutions"
  case export = "ExportWorkflowExecutions"
  case update = "UpdateWorkflowExecution"
  case heartbeat = "HeartbeatWorkflowExecution"
  case delete = "DeleteWorkflowExecution"

  /// By id alone: whose the row is, only the store can tell.
  var isByID: Bool { [.get, .update, .heartbeat, .delete].contains(self) }

  /// A request that names the user, where the method's can.
  func request(of user: String) -> any EncodableMessage {
    switch self {
    case .save:
      var fields = Samples.fields
      fields.userID = user
      return SaveWorkflowExecutionRequest(execution: fields)
    case .get: return GetWorkflowExecutionRequest(id: Samples.id)
    case .history: return GetUserWorkflowHistoryRequest(userID: user)
    case .statistics: return GetWorkflowStatisticsRequest(userID: user)
    case .metrics: return GetPerformanceMetricsRequest(userID: user)
    case .patterns: return ListLearnedPatternsRequest(userID: user)
    case .estimate: return EstimateWorkflowExecutionRequest(userID: user, workflowType: "etl")
    case .watch: return WatchWorkflowExecutionsRequest(userID: user)
    case .export: return ExportWorkflowExecutionsRequest(userID: user)
    case .update:
      var fields = Samples.fields
      fields.id = Samples.id
      return UpdateWorkflowExecutionRequest(execution: fields, updateMask: ["status"])
    case .heartbeat: return HeartbeatWorkflowExecutionRequest(id: Samples.id)
    case .delete: return DeleteWorkflowExecutionRequest(id: Samples.id)
    }
  }
}

/// One row of the table: who may do what.
private struct Rule {
  var method: Method
  /// Whose rows the request names. Empty: nobody's.
  var user: String
  var scopes: Set<Scope>
  /// The user, or the reach, that the store must see. Nil: nothing may reach it.
  var seen: Seen?

  enum Seen: Equatable {
    case user(String)
    case reach(Reach)
  }

  private static let none: Set<Scope> = []
  private static let write: Set<Scope> = [.historyWrite]
  private static let any: Set<Scope> = [.historyAny]
  private static let both: Set<Scope> = [.historyWrite, .historyAny]

  static let table: [Rule] = {
    let reads = [
      Method.history, .statistics, .metrics, .patterns, .estimate, .watch, .export,
    ]
    var table: [Rule] = []
    func add(_ method: Method, _ user: String, _ rules: [(Set<Scope>, Seen?)]) {
      table += rules.map { Rule(method: method, user: user, scopes: $0.0, seen: $0.1) }
    }
    for user in ["", "alice"] {
      add(.save, user, [(none, nil), (write, .user("alice")), (any, nil), (both, .user("alice"))])
      for method in reads {
        add(method, user, [none, write, any, both].map { ($0, .user("alice")) })
      }
    }
    add(.save, "bob", [(none, nil), (write, nil), (any, nil), (both, .user("bob"))])
    for method in reads {
      add(
        method, "bob",
        [(none, nil), (write, nil), (any, .user("bob")), (both, .user("bob"))])
    }
    let own = Seen.reach(.user("alice"))
    let all = Seen.reach(.anyone)
    add(.get, "", [(none, own), (write, own), (any, all), (both, all)])
    for method in [Method.update, .heartbeat, .delete] {
      add(method, "", [(none, nil), (write, own), (any, nil), (both, all)])
    }
    return table
  }()
}

@Suite("Who may do what")
struct AuthorizationTests {
  @Test("the table has every method, user and set of scopes")
  func tableIsWhole() {
    for method in Method.allCases {
      for user in method.isByID ? [""] : ["", "alice", "bob"] {
        let rows = Rule.table.filter { $0.method == method && $0.user == user }
        #expect(Set(rows.map(\.scopes)).count == 4 && rows.count == 4)
      }
    }
  }

  @Test("a call reaches the store with the right user, or is refused and reaches nothing")
  func everyRule() async throws {
    for rule in Rule.table {
      let service = Service(caller: Principal(userID: "alice", scopes: rule.scopes))
      let status = try await service.status(
        rule.method.rawValue, rule.method.request(of: rule.user))
      let what = "\(rule.method) of '\(rule.user)' with \(rule.scopes.map(\.rawValue))"
      if let seen = rule.seen {
        // The store's watch ends when it has told once.
        #expect(rule.method == .watch ? status?.code == .unavailable : status == nil, "\(what)")
        #expect(service.store.requests.count == 1, "\(what)")
        #expect(service.store.requests.first.map(Self.seen) == seen, "\(what)")
      } else {
        #expect(status?.code == .permissionDenied, "\(what)")
        #expect(service.store.requests.isEmpty, "\(what)")
      }
    }
  }

  @Test("a save hands on whose row its id may be, for the store to hold it to")
  func reachOfSave() async throws {
    for (scopes, reach) in [
      (Set([Scope.historyWrite]), Reach.user("alice")), ([.historyWrite, .historyAny], .anyone),
    ] {
      let service = Service(caller: Principal(userID: "alice", scopes: scopes))
      try await service.call("SaveWorkflowExecution", Method.save.request(of: ""))
      guard case .save(let save) = service.store.requests.first else {
        Issue.record("no save")
        continue
      }
      #expect(save.reach == reach)
    }
  }

  @Test(
    "a caller whom nobody has authenticated is refused by each method", arguments: Method.allCases)
  fileprivate func notAuthenticated(method: Method) async throws {
    let service = Service(caller: nil)
    let status = try await service.status(method.rawValue, method.request(of: ""))
    #expect(status?.code == .unauthenticated)
    #expect(service.store.requests.isEmpty)
  }

  @Test("who may act for any user, and nobody else, may watch all users")
  func watchOfAllUsers() async throws {
    let request = WatchWorkflowExecutionsRequest(isOfAllUsers: true)
    for (scopes, code) in [
      (Set([Scope.historyAny]), RPCStatusCode.unavailable), ([.historyWrite], .permissionDenied),
      ([], .permissionDenied),
    ] {
      let service = Service(caller: Principal(userID: "alice", scopes: scopes))
      #expect(try await service.status("WatchWorkflowExecutions", request)?.code == code)
      let isAllowed = code == .unavailable
      #expect(
        service.store.requests
          == (isAllowed ? [.watch(WatchQuery(ExecutionFilter(userID: nil)))] : []))
    }
  }

  @Test("a refusal tells which scope is missing")
  func refusalNamesScope() async throws {
    let service = Service(caller: Principal(userID: "alice"))
    let save = try await service.status("SaveWorkflowExecution", Method.save.request(of: ""))
    #expect(save?.message.contains("history:write") == true)
    let history = try await service.status(
      "GetUserWorkflowHistory", Method.history.request(of: "bob"))
    #expect(history?.message.contains("history:any") == true)
  }

  private static func seen(_ request: MemoryStore.Request) -> Rule.Seen {
    switch request {
    case .save(let save): .user(save.execution.userID)
    case .update(_, let reach, _): .reach(reach)
    case .heartbeat(_, let reach): .reach(reach)
    case .deletion(_, let reach): .reach(reach)
    case .execution(_, let reach): .reach(reach)
    case .history(let query): .user(query.userID)
    case .statistics(let query), .metrics(let query): .user(query.userID)
    case .patterns(let query): .user(query.userID)
    case .estimate(let query): .user(query.userID)
    case .watch(let query): query.filter.userID.map { .user($0) } ?? .reach(.anyone)
    case .export(let query): query.filter.userID.map { .user($0) } ?? .reach(.anyone)
    }
  }
}
