internal import RPC
internal import WorkflowHistory

extension WorkflowHistoryHandlers {
  /// The store that a call's reads go to, as `history-consistency` in its metadata asks: `strong`
  /// reads see every write that was acknowledged before the call; `eventual` ones, the default, may
  /// come from a replica that lags behind.
  func store(for call: ServerCall) throws(RPCStatus) -> any HistoryStore {
    var store = store
    for field in call.metadata.fields where field.name == "history-consistency" {
      switch field.value {
      case "strong": store = store.consistent
      case "eventual": break
      default:
        throw RPCStatus(
          .invalidArgument, "history-consistency in the metadata is `strong` or `eventual`")
      }
    }
    return store
  }
}
