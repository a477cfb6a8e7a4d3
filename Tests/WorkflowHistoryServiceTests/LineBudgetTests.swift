import RPC
import Testing

@testable import WorkflowHistoryService

@Suite("The lines of the log that refused calls have")
struct LineBudgetTests {
  private let start = ContinuousClock.now

  /// How many of so many calls have a line.
  private func told(
    _ calls: Int, of code: RPCStatusCode = .notFound, for network: String = "a",
    after time: Duration = .zero, by budget: inout LineBudget
  ) -> Int {
    (0..<calls).count { _ in budget.take(of: code, for: network, at: start + time) }
  }

  @Test("are a peer's own, up to what all peers may have")
  func whole() {
    var budget = LineBudget()
    #expect(told(100, for: "a", by: &budget) == LineBudget.peerBurst)
    #expect(told(100, for: "b", by: &budget) == LineBudget.peerBurst)
    #expect(told(100, for: "c", by: &budget) == LineBudget.burst - 2 * LineBudget.peerBurst)
    #expect(told(100, for: "d", by: &budget) == 0)
    #expect(told(100, of: .aborted, for: "d", by: &budget) == LineBudget.peerBurst)
    let omitted = budget.takeOmitted()
    #expect(omitted.map(\.code) == [.notFound, .aborted])
    #expect(omitted.map(\.count) == [400 - LineBudget.burst, 100 - LineBudget.peerBurst])
    #expect(budget.takeOmitted().isEmpty)
  }

  @Test("come back with time, and no more of them than there were")
  func time() {
    var budget = LineBudget()
    _ = told(100, by: &budget)
    #expect(
      told(100, after: .seconds(3), by: &budget) == 3 * LineBudget.peerLinesPerSecond)
    #expect(told(100, after: .seconds(3600), by: &budget) == LineBudget.peerBurst)
    // A clock that stands, or is read by another loop a moment earlier, gives nothing.
    #expect(told(100, after: .seconds(3599), by: &budget) == 0)
  }

  @Test("leave most to others, however long a peer floods them")
  func flood() {
    var budget = LineBudget()
    for second in 0..<100 {
      _ = told(1_000, for: "flood", after: .seconds(second), by: &budget)
      let others = LineBudget.linesPerSecond - LineBudget.peerLinesPerSecond
      let heard = (0..<others).count { other in
        budget.take(of: .notFound, for: "\(second) \(other)", at: start + .seconds(second))
      }
      #expect(heard == others)
    }
  }

  @Test("are kept for so many peers; who comes on top shares those of one until some were silent")
  func table() {
    var budget = LineBudget()
    let codes = (0..<1_000).map { RPCStatusCode(rawValue: $0) }
    for peer in 0..<LineBudget.maxPeers {
      _ = told(1, of: codes[peer % 1_000], for: "\(peer)", by: &budget)
    }
    let code = RPCStatusCode.aborted
    #expect(told(100, of: code, for: "x", by: &budget) == LineBudget.peerBurst)
    #expect(told(100, of: code, for: "y", by: &budget) == 0)
    // Those that took one line have it again.
    let later = Duration.seconds(2)
    #expect(told(100, of: code, for: "z", after: later, by: &budget) == LineBudget.peerBurst)
  }

  @Test(
    "are those of an address, of IPv6 of a /64",
    arguments: [
      ("192.0.2.7:50123", "192.0.2.7"), ("unix uid 1000", "unix uid 1000"), ("tcp", "tcp"),
      ("[2001:db8:1:2:3:4:5:6]:443", "2001:db8:1:2"), ("[2001:db8:1:2::9]:443", "2001:db8:1:2"),
      ("[2001:db8::9]:443", "2001:db8:0:0"), ("[2001:db8::5:6:7:8:9]:443", "2001:db8:0:5"),
      ("[::1]:443", "0:0:0:0"), ("[fe80::1%eth0]:443", "fe80:0:0:0"), ("[1:2:3::]:443", "1:2:3:0"),
      ("[::ffff:192.0.2.7]:443", "[::ffff:192.0.2.7]"),
    ])
  func networks(address: String, network: String) {
    #expect(CallPeer(address: address).network == network)
  }
}
