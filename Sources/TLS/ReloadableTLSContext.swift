internal import Synchronization

/// The context that new sessions of a server begin with, which may be replaced while it runs: sessions
/// that have begun go on with the one that they have.
public final class ReloadableTLSContext: Sendable {
  private let context: Mutex<TLSContext>

  /// Begins with this context.
  public init(_ context: TLSContext) { self.context = Mutex(context) }

  /// The context of the next session.
  public var current: TLSContext { context.withLock { $0 } }

  /// Lets the sessions that follow begin with another context.
  public func replace(with context: TLSContext) { self.context.withLock { $0 = context } }
}
