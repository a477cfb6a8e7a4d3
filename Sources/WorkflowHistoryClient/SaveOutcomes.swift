public import WorkflowHistory
public import WorkflowHistoryMessages

extension WorkflowHistoryClient {
  /// Saves many executions by one call, and tells of each what became of it, in their order.
  ///
  /// Each is saved for itself: one that is refused keeps no other from being saved, and its outcome says
  /// why. An execution without an id is given one. Where the call breaks off, another goes on with the
  /// first execution that was not answered, and nothing is saved twice; that is given up when it did not
  /// succeed within the client's timeout. Then, and where the server ends the call for another reason,
  /// the error is in doubt: executions without an outcome may have been saved.
  ///
  /// The executions are read some ahead of the outcomes that are taken, up to some 1,100 or about 5 MiB. What
  /// they throw is thrown behind the outcomes of those before. One over the server's 4 MiB ends it all.
  ///
  /// ```swift
  /// for try await outcome in client.save(executions) {
  ///   if let refusal = outcome.refusal { print(outcome.index, refusal.message) }
  /// }
  /// ```
  public func save<Executions: AsyncSequence & Sendable>(
    _ executions: Executions
  ) -> SaveOutcomes where Executions.Element == ExecutionFields {
    SaveOutcomes(link, .save) { take in
      for try await execution in executions {
        guard await take(ArchivedExecution(fields: execution)) else { return }
      }
    }
  }

  /// Saves many executions by one call, and tells of each what became of it, in their order: as of an
  /// asynchronous sequence.
  public func save<Executions: Sequence & Sendable>(
    _ executions: Executions
  ) -> SaveOutcomes where Executions.Element == ExecutionFields {
    SaveOutcomes(link, .save) { take in
      for execution in executions {
        guard await take(ArchivedExecution(fields: execution)) else { return }
      }
    }
  }

  /// Imports executions as they were, and tells of each what became of it, in their order: as `save(_:)`
  /// does. Needs the scope history:import.
  ///
  /// Each keeps its id, which it must have, its version and its times. One that is there already counts as
  /// saved where it comes from the same save, else it is ALREADY_EXISTS, and in both cases stays as it is:
  /// so an import that broke off is simply begun again.
  public func importExecutions<Executions: AsyncSequence & Sendable>(
    _ executions: Executions
  ) -> SaveOutcomes where Executions.Element == ArchivedExecution {
    SaveOutcomes(link, .import) { take in
      for try await execution in executions { guard await take(execution) else { return } }
    }
  }
}

/// What became of each execution of a stream of saves: see ``WorkflowHistoryClient/save(_:)``. Each
/// iteration saves them by itself.
public struct SaveOutcomes: AsyncSequence, Sendable {
  /// What became of one execution; its index is its place among all, from 0.
  public typealias Element = SaveOutcome
  /// A ``WorkflowHistoryError``, or what the executions threw.
  public typealias Failure = any Error

  /// Hands over each execution, for as long as they are taken.
  typealias Source = @concurrent @Sendable (Take) async throws -> Void
  /// Takes an execution, when there is room for it; false: no more are taken.
  typealias Take = @Sendable (ArchivedExecution) async -> Bool

  let link: ClientLink
  let method: BulkMethod
  let source: Source

  init(_ link: ClientLink, _ method: BulkMethod, source: @escaping Source) {
    self.link = link
    self.method = method
    self.source = source
  }

  /// A stream of saves, which begins with the first ``Iterator/next(isolation:)``.
  public func makeAsyncIterator() -> Iterator {
    Iterator(holder: FeedHolder(link) { [method] in SaveFeed(method, by: $0) }, source: source)
  }

  /// Takes the outcomes.
  public struct Iterator: AsyncIteratorProtocol {
    let holder: FeedHolder<SaveFeed>
    let source: Source
    private var reader: SourceReader?
    private var outcomes: ArraySlice<SaveOutcome> = []

    init(holder: FeedHolder<SaveFeed>, source: @escaping Source) {
      self.holder = holder
      self.source = source
    }

    /// The next outcome; nil after that of the last execution.
    public mutating func next(
      isolation actor: isolated (any Actor)?
    ) async throws -> Element? { try await next() }

    /// The next outcome; nil after that of the last execution.
    public mutating func next() async throws -> Element? {
      if reader == nil {
        reader = SourceReader(source, into: try await holder.bound(), holder.link)
      }
      while true {
        if let outcome = outcomes.popFirst() { return outcome }
        guard let answered = try await holder.next() else {
          try reader?.check()
          return nil
        }
        outcomes = answered[...]
      }
    }
  }
}
