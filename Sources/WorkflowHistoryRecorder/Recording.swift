internal import Logging
internal import PrivateFiles
internal import ProtobufMessages
internal import WorkflowHistory

/// What a recorder writes down, and what its delivery takes of it.
actor Recording {
  /// What is kept free for the end of each run that goes on: without documents, with a short error.
  static let endBytes = ExecutionFields.shortErrorBytes + 512
  /// How many bytes of refused requests are kept.
  private static let refusedBytes = 64 << 20

  private let spool: Spool
  private let options: RecorderOptions
  private let tally: Tally
  private let logger: Logger
  private let running: RunningRuns
  private let arena = Arena()
  private let disk = BlockingWork()
  /// How much of what was written to the spool is safe from a crash of the machine.
  private var synced = 0
  private var syncing: Task<Void, Never>?
  private var refusals: AppendOnlyFile?
  private var refusalBytes = 0
  /// Open when there may be something to deliver.
  let work = Latch()
  /// Open when all is delivered.
  let idle = Latch()

  init(
    root: String, name: String, _ options: RecorderOptions, _ running: RunningRuns, _ tally: Tally,
    _ logger: Logger
  ) throws(FileError) {
    spool = try Spool(root: root, name: name, isSynced: options.isDurable)
    self.options = options
    self.running = running
    self.tally = tally
    self.logger = logger
  }

  // MARK: Runs

  /// Writes down that a run has begun, and returns when that is safe.
  func begin(
    _ id: ExecutionID, _ fields: ExecutionFields, _ documents: RunDocuments
  ) async throws(SpoolFull) {
    try begin(Beginning(id, filled(fields, documents, of: id)))
    await makeSafe()
  }

  /// Writes down how a run has ended, and returns when that is safe.
  func end(_ id: ExecutionID, _ fields: ExecutionFields, _ documents: RunDocuments) async {
    guard running.remove(id) else { return }
    if !end(Ending(id, filled(fields, documents, of: id))) { tally.note(\.endsLost) }
    await makeSafe()
  }

  private func begin(_ whole: Beginning) throws(SpoolFull) {
    for (beginning, limit) in [(whole, documentLimit), (whole.bare, options.maxBytes)] {
      let frame = SpoolRecord(beginning, arena).framed
      guard used + Self.endBytes + frame.count <= limit, append(frame, whole.id) else { continue }
      running.insert(whole.id)
      tally.note(\.recorded)
      if beginning != whole { noteDropped(whole.id, "the spool lacks room for documents") }
      return
    }
    tally.note(\.notRecorded)
    if options.whenFull == .fail {
      throw SpoolFull(usedBytes: used, maxBytes: options.maxBytes)
    }
    logger.error(
      "an execution is not recorded: the spool lacks room",
      metadata: ["execution": "\(whole.id)", "used": "\(used)", "max": "\(options.maxBytes)"])
  }

  private func end(_ whole: Ending) -> Bool {
    // For the bare one there is room.
    for (ending, limit) in [(whole, documentLimit), (whole.bare, Int.max)] {
      let frame = SpoolRecord(ending, arena).framed
      guard used + frame.count <= limit, append(frame, whole.id) else { continue }
      if ending != whole { noteDropped(whole.id, "the spool lacks room for documents") }
      return true
    }
    return false
  }

  /// Above this many bytes, documents are left out.
  private var documentLimit: Int { options.maxBytes / 4 * 3 }

  /// The bytes on disk, and those that are kept free for runs that go on.
  private var used: Int { spool.size + Self.endBytes * running.count }

  private func append(_ frame: [UInt8], _ id: ExecutionID) -> Bool {
    do {
      try spool.append(frame)
    } catch {
      logger.error(
        "what became of an execution can't be written down",
        metadata: ["execution": "\(id)", "reason": "\(error)"])
      return false
    }
    idle.shut()
    work.open()
    return true
  }

  /// The fields with those documents that are JSON.
  private func filled(
    _ fields: ExecutionFields, _ documents: RunDocuments, of id: ExecutionID
  ) -> ExecutionFields {
    var fields = fields
    func json(_ document: RunDocument?) -> JSONDocument? {
      switch document?.result {
      case .success(let json): return json
      case .failure(let failure): noteDropped(id, "one is no JSON: \(failure.reason)")
      case nil: break
      }
      return nil
    }
    fields.inputData = json(documents.input)
    fields.executionMetadata = json(documents.metadata)
    fields.outputData = json(documents.output)
    fields.taskResults = json(documents.tasks)
    return fields
  }

  private func noteDropped(_ id: ExecutionID, _ reason: String) {
    tally.note(\.documentsDropped)
    logger.warning(
      "documents of an execution are left out",
      metadata: ["execution": "\(id)", "reason": "\(reason)"])
  }

  // MARK: The disk

  /// Returns when all that was written is safe from a crash of the machine too, if that is wanted.
  func makeSafe() async {
    let written = spool.written
    // Those that come while one sync goes on share the next.
    while options.isDurable, synced < written {
      let task = syncing ?? Task { await sync() }
      syncing = task
      await task.value
    }
  }

  private func sync() async {
    let (written, sync) = (spool.written, spool.takeSync())
    let failure = await disk.run { () -> FileError? in
      do throws(FileError) { try sync.run() } catch { return error }
      return nil
    }
    if let failure { sayUnsafe(failure) }
    synced = written
    syncing = nil
  }

  private func sayUnsafe(_ failure: FileError) {
    logger.error("a crash of the machine may cost some runs", metadata: ["reason": "\(failure)"])
  }

  /// Leaves what is not delivered to the next process. Runs that still go on are no longer recorded.
  func close() async {
    await makeSafe()
    do throws(FileError) {
      try spool.close()
    } catch {
      logger.error("the spool can't be left", metadata: ["reason": "\(error)"])
    }
  }

  // MARK: Delivery

  /// Takes what processes that have died left.
  func takeOver() {
    do throws(FileError) {
      let hasMore = try spool.takeOver { failure in
        logger.error("what another process left can't be had", metadata: ["reason": "\(failure)"])
      }
      guard hasMore else { return }
      idle.shut()
      work.open()
    } catch {
      logger.error("no other process's runs can be had", metadata: ["reason": "\(error)"])
    }
  }

  /// The oldest segment; nil where all is delivered.
  func nextSegment() -> Segment? {
    work.shut()
    let segment = spool.nextSegment()
    if segment == nil { idle.open() }
    return segment
  }

  /// What is asked for in a segment. What can't be read is kept beside the spool.
  func read(_ segment: Segment) async throws(FileError) -> SegmentRequests {
    let result = await disk.run { () -> Result<(SegmentRequests, [UInt8]), FileError> in
      do throws(FileError) {
        let bytes = try PrivateFile.read(segment.path, limit: .max) ?? []
        let contents = SegmentContents(reading: bytes)
        return .success((SegmentRequests(contents.records), contents.damaged))
      } catch {
        return .failure(error)
      }
    }
    let (requests, damaged) = try result.get()
    if !damaged.isEmpty {
      let copy = spool.damage(of: segment)
      try PrivateFile.write(damaged, to: copy)
      logger.error(
        "a segment is damaged", metadata: ["segment": "\(segment.path)", "copy": "\(copy)"])
    }
    return requests
  }

  /// Whether this process wrote it, and not one that has died.
  func isOwn(_ segment: Segment) -> Bool { spool.isOwn(segment) }

  /// Forgets a segment: all of it is delivered.
  func remove(_ segment: Segment) throws(FileError) { try spool.remove(segment) }

  /// Keeps what the server will never take beside the spool, with the reason.
  func keep(_ refusal: Refusal) {
    tally.note(\.refused)
    let path = spool.refusals
    logger.error(
      "an execution was refused",
      metadata: [
        "execution": "\(refusal.executionID ?? "")", "reason": "\(refusal.reason)",
        "kept": "\(path)",
      ])
    let line = refusal.line
    do throws(FileError) {
      guard refusalBytes + line.count <= Self.refusedBytes else {
        return logger.error("the file of what was refused is full", metadata: ["file": "\(path)"])
      }
      let file = if let refusals { refusals } else { try AppendOnlyFile(path: path) }
      refusals = file
      try file.append(line)
      refusalBytes += line.count
    } catch {
      logger.error("what was refused can't be kept", metadata: ["reason": "\(error)"])
    }
  }
}
