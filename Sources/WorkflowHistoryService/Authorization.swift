internal import Identity
internal import RPC
internal import WorkflowHistory

// Who may do what. Reading one's own needs no scope, writing needs history:write, and acting for
// another user needs history:any as well. Importing needs history:import alone.

extension ServerCall {
  /// Who calls, as AuthenticationInterceptor found out.
  func caller() throws(RPCStatus) -> Principal {
    guard let caller = self[Principal.self] else {
      throw RPCStatus(.unauthenticated, "the call was not authenticated")
    }
    return caller
  }

  /// Who calls, if they may save, update, send heartbeats and delete.
  func writer() throws(RPCStatus) -> Principal {
    let caller = try caller()
    guard caller.canWrite else {
      throw RPCStatus(
        .permissionDenied,
        "saving, updating, heartbeats and deleting need the scope history:write")
    }
    return caller
  }

  /// Who calls, if they may import executions.
  func importer() throws(RPCStatus) -> Principal {
    let caller = try caller()
    guard caller.canImport else {
      throw RPCStatus(.permissionDenied, "importing needs the scope history:import")
    }
    return caller
  }

  /// Whose executions the caller asks for; nil: those of all users.
  func usersToRead(_ requested: String, all isOfAllUsers: Bool) throws -> String? {
    guard isOfAllUsers else { return try userToRead(requested) }
    guard requested.isEmpty else {
      throw HistoryError.invalid("user_id", "can't stand together with all_users")
    }
    guard try caller().canActForAnyUser else {
      throw RPCStatus(.permissionDenied, "all_users needs the scope history:any")
    }
    return nil
  }
}

extension Principal {
  /// Whose rows the caller may reach by id.
  var reach: Reach { canActForAnyUser ? .anyone : .user(userID) }

  /// The user whose history is asked for: the caller, where none is named.
  func userToRead(_ requested: String) throws(RPCStatus) -> String {
    guard !requested.isEmpty else { return userID }
    guard canActForAnyUser || ExactText(requested) == ExactText(userID) else {
      throw RPCStatus(
        .permissionDenied, "user_id is not yours; another user's history needs history:any")
    }
    return requested
  }
}
