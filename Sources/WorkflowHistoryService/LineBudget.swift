internal import RPC

/// Which calls that are refused have a line in the log. Of each code there are ``burst`` lines at once and
/// ``linesPerSecond`` after these, of which each peer may take ``peerBurst`` and ``peerLinesPerSecond``: one
/// that floods the log leaves lines to others.
struct LineBudget {
  /// How many calls of a code are told at once.
  static let burst = 50
  /// How many are told each second from then on.
  static let linesPerSecond = 5
  /// How many of them may be one peer's.
  static let peerBurst = 20
  /// How many may be from then on.
  static let peerLinesPerSecond = 1
  /// How many peers and codes are told apart at a time. Who comes on top shares the lines of one.
  static let maxPeers = 1_024

  private struct PeerCode: Hashable {
    let network: String
    let code: RPCStatusCode
  }

  private var codes: [RPCStatusCode: LineAllowance] = [:]
  private var peers: [PeerCode: LineAllowance] = [:]
  private var omitted: [RPCStatusCode: Int] = [:]
  private var swept: ContinuousClock.Instant?

  /// Whether a line may be logged; if not, it counts as left out.
  ///
  /// - Parameter network: The peer, by ``CallPeer/network``.
  mutating func take(
    of code: RPCStatusCode, for network: String, at now: ContinuousClock.Instant
  ) -> Bool {
    var key = PeerCode(network: network, code: code)
    if peers[key] == nil, peers.count >= Self.maxPeers {
      sweep(at: now)
      if peers.count >= Self.maxPeers { key = PeerCode(network: "", code: code) }
    }
    var own =
      peers[key]
      ?? LineAllowance(burst: Self.peerBurst, perSecond: Self.peerLinesPerSecond, at: now)
    var all =
      codes[code] ?? LineAllowance(burst: Self.burst, perSecond: Self.linesPerSecond, at: now)
    // What there is no line for takes none of its peer's.
    let isTold = own.has(at: now) && all.has(at: now)
    if isTold {
      own.take()
      all.take()
    } else {
      omitted[code, default: 0] += 1
    }
    peers[key] = own
    codes[code] = all
    return isTold
  }

  /// How many were left out since this was last asked, of each code that was.
  mutating func takeOmitted() -> [(code: RPCStatusCode, count: Int)] {
    defer { omitted = [:] }
    return omitted.sorted { $0.key.rawValue < $1.key.rawValue }.map { ($0.key, $0.value) }
  }

  /// Forgets the peers that have all of their lines again. Once a second: it looks at all.
  private mutating func sweep(at now: ContinuousClock.Instant) {
    if let swept, now - swept < .seconds(1) { return }
    swept = now
    peers = peers.filter { _, allowance in
      var allowance = allowance
      return !allowance.isFull(at: now)
    }
  }
}

/// How many lines may still be logged: a token bucket.
private struct LineAllowance {
  private let burst: Double
  private let perSecond: Double
  private var lines: Double
  private var counted: ContinuousClock.Instant

  init(burst: Int, perSecond: Int, at now: ContinuousClock.Instant) {
    self.burst = Double(burst)
    self.perSecond = Double(perSecond)
    lines = Double(burst)
    counted = now
  }

  mutating func has(at now: ContinuousClock.Instant) -> Bool {
    earn(at: now)
    return lines >= 1
  }

  mutating func isFull(at now: ContinuousClock.Instant) -> Bool {
    earn(at: now)
    return lines >= burst
  }

  mutating func take() { lines -= 1 }

  private mutating func earn(at now: ContinuousClock.Instant) {
    let earned = (now - counted) / .seconds(1) * perSecond
    lines = min(lines + max(earned, 0), burst)
    counted = max(counted, now)
  }
}

extension CallPeer {
  /// Who is at the other end, whatever port it calls from: of IPv6 its /64, as one customer mostly has that
  /// many addresses.
  var network: String {
    guard let colon = address.lastIndex(of: ":") else { return address }
    let host = address[..<colon]
    // An IPv4 address in IPv6 is one peer's, though it shares its /64 with all others.
    guard host.hasPrefix("["), !host.contains(".") else { return String(host) }
    let groups = host.dropFirst().prefix { $0 != "]" }
      .split(separator: ":", omittingEmptySubsequences: false)
    guard let gap = groups.firstIndex(of: "") else {
      return groups.prefix(4).joined(separator: ":")
    }
    // `::` stands for as many groups of zeros as are missing; at either end it makes two empty ones.
    let head = groups[..<gap]
    let tail = groups[gap...].filter { !$0.isEmpty }
    let zeros = Array(repeating: Substring("0"), count: max(8 - head.count - tail.count, 0))
    return (head + zeros + tail).prefix(4).joined(separator: ":")
  }
}
