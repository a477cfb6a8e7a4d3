internal import PatternLearning
internal import RPC
internal import WorkflowHistory

extension WorkflowHistoryHandlers {
  /// The store that a call's reads go to, as `history-consistency` in its metadata asks: `strong`
  /// reads see every write that was acknowledged before the call; `eventual` ones, the default, may
  /// come from a replica that lags behind.
  func store(for call: ServerCall) throws(RPCStatus) -> any HistoryStore {
    try call.asksForConsistency() ? store.consistent : store
  }

  /// The store that a call's reads of patterns go to, as ``store(for:)``.
  func patternStore(for call: ServerCall) throws(RPCStatus) -> any PatternStore {
    try call.asksForConsistency() ? store.consistentPatterns : store
  }
}

extension ServerCall {
  /// What the last `history-consistency` in the metadata says.
  fileprivate func asksForConsistency() throws(RPCStatus) -> Bool {
    var asks = false
    for field in metadata.fields where field.name == "history-consistency" {
      switch field.value {
      case "strong": asks = true
      case "eventual": asks = false
      default:
        throw RPCStatus(
          .invalidArgument, "history-consistency in the metadata is `strong` or `eventual`")
      }
    }
    return asks
  }
}
