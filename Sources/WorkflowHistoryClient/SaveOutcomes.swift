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
  /// The executions are read some ahead of the outcomes that are taken, up to 1,000 or about 4 MiB. What
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
    SaveOutcomes(link: link) { take in
      for try await execution in executions {
        guard await take(execution) else { return }
      }
    }
  }

  /// Saves many executions by one call, and tells of each what became of it, in their order: as of an
  /// asynchronous sequence.
  public func save<Executions: Sequence & Sendable>(
    _ executions: Executions
  ) -> SaveOutcomes where Executions.Element == ExecutionFields {
    SaveOutcomes(link: link) { take in
      for execution in executions {
        guard await take(execution) else { return }
      }
    }
  }
}

/// What became of each execution of a stream of saves: see ``WorkflowHistoryClient/save(_:)``. Each
/// iteration saves them by itself.
public struct SaveOutcomes: AsyncSequence, Sendable {
  /// What became of one execution; its index is its place among all, from 0.
  public typealias Element = SaveWorkflowExecutionsResponse.Outcome
  /// A ``WorkflowHistoryError``, or what the executions threw.
  public typealias Failure = any Error

  /// Hands over each execution, for as long as they are taken.
  typealias Source = @concurrent @Sendable (Take) async throws -> Void
  /// Takes an execution, when there is room for it; false: no more are taken.
  typealias Take = @Sendable (ExecutionFields) async -> Bool

  let link: ClientLink
  let source: Source

  init(link: ClientLink, source: @escaping Source) {
    self.link = link
    self.source = source
  }

  /// A stream of saves, which begins with the first ``Iterator/next(isolation:)``.
  public func makeAsyncIterator() -> Iterator {
    Iterator(holder: FeedHolder(link) { SaveFeed(by: $0) }, source: source)
  }

  /// Takes the outcomes.
  public struct Iterator: AsyncIteratorProtocol {
    let holder: FeedHolder<SaveFeed>
    let source: Source
    private var reader: SourceReader?

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
      if let outcome = try await holder.next() { return outcome }
      try reader?.check()
      return nil
    }
  }
}
