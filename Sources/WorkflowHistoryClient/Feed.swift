internal import Reactor

/// What gives the elements of a sequence, one after the other. It lives on the client's loop.
protocol Feed: AnyObject, SendableMetatype {
  associatedtype Element: Sendable
  /// Who makes its calls.
  var caller: Caller { get }
  /// The next element; nil after the last.
  func next() async throws(WorkflowHistoryError) -> Element?
  /// Nobody takes elements any more.
  func cancel()
}

/// Holds a feed for an iterator, which may be used anywhere, and cancels it when that is gone.
final class FeedHolder<Source: Feed> {
  let link: ClientLink
  private let make: @Sendable (Caller) -> Source
  private var feed: LoopBound<Source>?
  private var isOver = false

  init(_ link: ClientLink, _ make: @escaping @Sendable (Caller) -> Source) {
    self.link = link
    self.make = make
  }

  deinit {
    guard let feed else { return }
    Task { [link] in
      // A client that is closed has done so.
      try? await link.run(feed) { $0.caller.dismiss($0) }
    }
  }

  /// The feed, which is made when the first element is asked for.
  func bound() async throws(WorkflowHistoryError) -> LoopBound<Source> {
    if let feed { return feed }
    let made = try await link.bind { [make] caller in
      let feed = make(caller)
      caller.adopt(feed)
      return feed
    }
    feed = made
    return made
  }

  /// The next element; nil after the last, and after an error.
  func next() async throws(WorkflowHistoryError) -> Source.Element? {
    if isOver { return nil }
    do throws(WorkflowHistoryError) {
      let element = try await link.run(try await bound()) {
        feed async throws(WorkflowHistoryError) in
        try await feed.next()
      }
      isOver = element == nil
      return element
    } catch {
      isOver = true
      throw error
    }
  }
}
