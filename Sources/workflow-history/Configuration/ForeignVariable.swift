/// Variables that begin as `serve`'s do.
enum ForeignVariable {
  /// Names the configuration file.
  static let configuration = "WORKFLOW_HISTORY_CONFIG"

  /// Those of the other commands.
  private static let ofCommands = [
    "WORKFLOW_HISTORY_ADDRESS", "WORKFLOW_HISTORY_CA", "WORKFLOW_HISTORY_TOKEN",
  ]

  /// What is wrong with a variable's name; nil where it is known, or is none of ours.
  static func problem(_ name: String) -> String? {
    let known = Setting.all.map(\.variable) + [configuration] + ofCommands
    guard !known.contains(name), !isServiceLink(name) else { return nil }
    let suggestion = nearest(to: name, of: known).map { ": do you mean \($0)?" } ?? ""
    return "there is no variable \(name)\(suggestion)"
  }

  /// Whether Kubernetes sets it in every container, where a service is called `workflow-history`:
  /// `WORKFLOW_HISTORY_SERVICE_HOST`, `WORKFLOW_HISTORY_PORT_50051_TCP_ADDR`.
  private static func isServiceLink(_ name: String) -> Bool {
    name.contains(/_SERVICE_(HOST|PORT)(_|$)|_PORT(_[0-9]+_(TCP|UDP|SCTP)(_|$)|$)/)
  }
}
