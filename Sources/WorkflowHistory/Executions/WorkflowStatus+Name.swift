extension WorkflowStatus {
  /// Its name without the proto's prefix: `RUNNING`.
  public var name: String {
    switch self {
    case .pending: "PENDING"
    case .running: "RUNNING"
    case .completed: "COMPLETED"
    case .failed: "FAILED"
    case .paused: "PAUSED"
    }
  }

  /// Its name in the proto.
  public var protoName: String { "WORKFLOW_STATUS_" + name }

  /// The status of this name, in any case, with the proto's prefix or without.
  public init?(name: some StringProtocol) {
    let name = name.uppercased()
    guard let status = Self.allCases.first(where: { $0.name == name || $0.protoName == name })
    else { return nil }
    self = status
  }
}
