/// An execution as it is kept outside of the service, to be imported again.
public struct ArchivedExecution: Equatable, Sendable {
  /// Its fields, as they were when it was exported.
  public var fields: ExecutionFields
  /// Which version that was; 0 where that is not known.
  public var version: Int32
  /// When that version was made; nil where that is not known.
  public var updatedAt: Timestamp?
  /// What tells the save that made it from others, 32 bytes; empty where that is not known.
  public var saveDigest: [UInt8]

  /// How many bytes ``saveDigest`` has.
  public static let digestSize = 32

  /// An execution that is told from others by its fields, unless a digest is given.
  public init(
    fields: ExecutionFields, version: Int32 = 0, updatedAt: Timestamp? = nil,
    saveDigest: [UInt8] = []
  ) {
    self.fields = fields
    self.version = version
    self.updatedAt = updatedAt
    self.saveDigest = saveDigest
  }

  /// An execution as it is stored.
  public init(_ execution: WorkflowExecution, saveDigest: [UInt8]) {
    self.init(
      fields: ExecutionFields(execution), version: execution.version,
      updatedAt: execution.updatedAt, saveDigest: saveDigest)
  }
}

extension ExecutionFields {
  /// The fields of an execution that is stored, each as it would have to be sent.
  init(_ execution: WorkflowExecution) {
    self.init()
    id = execution.id
    workflowID = execution.workflowID
    workflowType = execution.workflowType
    userID = execution.userID
    status = execution.status
    inputData = execution.inputData
    outputData = execution.outputData
    taskResults = execution.taskResults
    errorMessage = execution.errorMessage
    startTime = execution.startTime
    endTime = execution.endTime
    durationSeconds = execution.durationSeconds
    executionMetadata = execution.executionMetadata
  }
}
