internal import Logging
internal import Postgres
internal import Sealing
internal import WorkflowHistory

/// How the content of an execution is kept in columns that are made for plain content: a document as a
/// JSON string, and the error message as text, of base64 each.
extension WorkflowExecution {
  /// The documents that are sealed where anything is: the first of ``ExecutionColumns/documents``.
  static let sealedDocuments = 3

  /// The same with the documents that are to be sealed spelled as jsonb would render them, since it
  /// will not see them.
  func rendered() -> WorkflowExecution {
    var execution = self
    execution.inputData = inputData?.rendered()
    execution.outputData = outputData?.rendered()
    execution.taskResults = taskResults?.rendered()
    return execution
  }

  /// The same as it is stored.
  func sealed(with seal: RecordSeal) -> WorkflowExecution {
    func sealed(_ document: JSONDocument?, as field: String) -> JSONDocument? {
      document.map {
        let quote = [UInt8(ascii: "\"")]
        return JSONDocument(
          uncheckedUTF8: quote + seal.sealText($0.utf8, as: field) + quote)
      }
    }
    var execution = self
    execution.inputData = sealed(inputData, as: "input_data")
    execution.outputData = sealed(outputData, as: "output_data")
    execution.taskResults = sealed(taskResults, as: "task_results")
    execution.errorMessage = errorMessage.map {
      String(decoding: seal.sealText(Array($0.utf8), as: "error_message"), as: UTF8.self)
    }
    return execution
  }

  /// The same as it was before it was sealed.
  func opened(with seal: RecordSeal) throws(HistoryError) -> WorkflowExecution {
    func opened(_ document: JSONDocument?, as field: String) throws(HistoryError) -> JSONDocument? {
      guard let text = document?.utf8.dropFirst().dropLast() else { return nil }
      return JSONDocument(uncheckedUTF8: try seal.opened(text, as: field, of: id))
    }
    var execution = self
    execution.inputData = try opened(inputData, as: "input_data")
    execution.outputData = try opened(outputData, as: "output_data")
    execution.taskResults = try opened(taskResults, as: "task_results")
    execution.errorMessage = try errorMessage.map { (text) throws(HistoryError) in
      try seal.opened(message: text, of: id)
    }
    return execution
  }
}

extension PayloadSealing? {
  /// What counts an execution's error, where its content is sealed or not.
  func label(of execution: WorkflowExecution, isSealed: Bool) -> String? {
    guard isSealed, let self else { return execution.errorFingerprint }
    return execution.errorFingerprint.map { self.pseudonym(of: $0, userID: execution.userID) }
  }
}

extension PayloadSealing? {
  /// What an execution's tasks did, as it is stored where its content is sealed or not; nil where that is
  /// nothing.
  func taskFigures(of execution: WorkflowExecution, isSealed: Bool) -> [UInt8]? {
    guard let results = execution.taskResults else { return nil }
    let tasks = TaskCounts(of: results)
    guard !tasks.isEmpty else { return nil }
    guard isSealed, let self else { return tasks.encoded }
    return tasks.relabelled {
      ExactText(self.taskLabel(of: $0.text, userID: execution.userID))
    }.encoded
  }
}

extension PayloadSealing? {
  /// A digest of a save that is stored under one key, or plain, as it is stored under another, or plain.
  func digest(
    _ digest: [UInt8], of id: ExecutionID, sealedWith keyID: String?, under key: PayloadKey?
  ) throws(HistoryError) -> [UInt8] {
    var plain = digest
    if let seal = try seal(of: id, under: keyID) {
      guard let opened = seal.opened(digest: digest) else {
        storeLog.error("save_digest of execution \(id) does not open: it was changed")
        throw .cantOpen
      }
      plain = opened
    }
    return key?.seal(of: id).sealed(digest: plain) ?? plain
  }
}

extension PayloadSealing? {
  /// The error message of an execution that is sealed under a key, or plain; nil where there is none,
  /// or the key is missing.
  func message(_ stored: String?, of id: ExecutionID?, sealedWith keyID: String?)
    throws(HistoryError)
    -> String?
  {
    guard let stored, let id, let keyID else { return stored }
    guard let seal = self?.key(keyID)?.seal(of: id) else { return nil }
    return try seal.opened(message: stored, of: id)
  }
}

extension RecordSeal {
  /// The plain text of a field, or an `internal` error that operators are told more of.
  fileprivate func opened(
    _ text: some Collection<UInt8>, as field: String, of id: ExecutionID
  ) throws(HistoryError) -> [UInt8] {
    guard let plain = openText(text, as: field) else {
      storeLog.error("\(field) of execution \(id) does not open: it was changed, or moved there")
      throw .cantOpen
    }
    return plain
  }

  fileprivate func opened(message text: String, of id: ExecutionID) throws(HistoryError) -> String {
    String(decoding: try opened(text.utf8, as: "error_message", of: id), as: UTF8.self)
  }

  /// The digest of the save that a row comes from, as it is stored.
  func sealed(digest: [UInt8]) -> [UInt8] { seal(digest, as: "save_digest") }

  /// The digest that was stored so; nil where it was not.
  func opened(digest: [UInt8]) -> [UInt8]? { open(digest, as: "save_digest") }
}
