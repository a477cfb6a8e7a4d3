public import RPC
public import Reactor

/// A channel that is opened by the first call that needs it, and anew by the first one after it was
/// lost; all calls share it.
///
/// After a failure the next attempt waits for its ``Backoff``. Not `Sendable`: it lives on one loop.
public final class ReconnectingChannel {
  private let address: SocketAddress
  private let security: RPCChannel.Security
  private let backoff: Backoff
  private let eventLoop: EventLoop
  private var channel: RPCChannel?
  /// Those that take no more calls, and whose calls may still run.
  private var leaving: [RPCChannel] = []
  private var attempt: Attempt?
  private var failures = 0
  /// When the next attempt may begin, on the loop's clock.
  private var notBefore = Duration.zero
  private var isClosed = false

  private struct Attempt {
    let task: LoopTask
    let result: SharedResult<RPCChannel>
  }

  /// How long an attempt may take.
  private static let connectTimeout = Duration.seconds(20)

  /// A channel that is not open yet.
  public init(
    to address: SocketAddress, _ security: RPCChannel.Security, backoff: Backoff = Backoff(),
    on eventLoop: EventLoop
  ) {
    self.address = address
    self.security = security
    self.backoff = backoff
    self.eventLoop = eventLoop
  }

  /// The channel, which takes calls. What is wrong with it is UNAVAILABLE: nothing was sent then.
  ///
  /// - Parameter timeout: how long to wait for it; nil: until the attempt at it ends.
  public func connected(timeout: Duration?) async throws(RPCStatus) -> RPCChannel {
    guard !isClosed else { throw RPCStatus(.unavailable, "the client is closed") }
    if let channel, channel.isOpen { return channel }
    let attempt = attempt ?? begin()
    return try await attempt.result.value(timeout: timeout)
  }

  /// Closes the connection; calls that run, and later ones, are UNAVAILABLE. Returns when nothing is
  /// left to run on the loop.
  public func close() async {
    isClosed = true
    for channel in leaving + [channel].compactMap(\.self) { channel.close() }
    leaving = []
    channel = nil
    attempt?.task.cancel()
    await attempt?.task.wait()
  }

  private func begin() -> Attempt {
    leaving.removeAll(where: \.isClosed)
    if let channel, !channel.isClosed { leaving.append(channel) }
    channel = nil
    let result = SharedResult<RPCChannel>(on: eventLoop)
    let attempt = Attempt(task: eventLoop.start { await self.open(result) }, result: result)
    self.attempt = attempt
    return attempt
  }

  private func open(_ result: SharedResult<RPCChannel>) async {
    let wait = notBefore - eventLoop.now
    if failures > 0, wait > .zero { try? await backoff.sleep(wait) }
    let outcome = await isClosed ? .failure(.wasCancelled) : connect()
    attempt = nil
    switch outcome {
    case .success(let channel):
      failures = 0
      if isClosed { channel.close() } else { self.channel = channel }
    case .failure:
      failures += 1
      notBefore = eventLoop.now + backoff.delay(afterFailures: failures)
    }
    result.settle(isClosed ? .failure(RPCStatus(.unavailable, "the client is closed")) : outcome)
  }

  private func connect() async -> Result<RPCChannel, RPCStatus> {
    let task = attempt?.task
    var isLate = false
    let timer = eventLoop.timer(after: Self.connectTimeout) {
      isLate = true
      task?.cancel()
    }
    defer { timer.cancel() }
    do throws(RPCStatus) {
      return .success(try await RPCChannel.connect(to: address, security, on: eventLoop))
    } catch {
      guard isLate else { return .failure(error) }
      return .failure(
        RPCStatus(
          .unavailable, "\(address) can't be reached: no connection in \(Self.connectTimeout)"))
    }
  }
}
