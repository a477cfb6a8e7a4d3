import TLS

/// A pseudo-random sequence that is the same on every run (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(_ seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  mutating func bytes(_ count: Int) -> [UInt8] {
    (0..<count).map { _ in UInt8(truncatingIfNeeded: next()) }
  }
}

/// How bytes are cut on their way.
enum Cut: Sendable, CustomStringConvertible {
  case whole
  case bytewise
  case random(seed: UInt64)

  var description: String {
    switch self {
    case .whole: "whole"
    case .bytewise: "one byte at a time"
    case .random(let seed): "in random cuts (seed \(seed))"
    }
  }

  static let all: [Cut] = [.whole, .bytewise, .random(seed: 1), .random(seed: 2), .random(seed: 3)]

  /// The bytes in pieces.
  func pieces(of bytes: [UInt8]) -> [ArraySlice<UInt8>] {
    var generator = SeededGenerator(0)
    if case .random(let seed) = self { generator = SeededGenerator(seed &+ UInt64(bytes.count)) }
    var pieces: [ArraySlice<UInt8>] = []
    var rest = bytes[...]
    while !rest.isEmpty {
      let count =
        switch self {
        case .whole: rest.count
        case .bytewise: 1
        case .random: Int.random(in: 1...max(1, min(rest.count, 1 << 12)), using: &generator)
        }
      pieces.append(rest.prefix(count))
      rest = rest.dropFirst(count)
    }
    return pieces
  }
}

/// One end of a connection that is made of arrays.
protocol Peer: AnyObject {
  /// Takes ciphertext from the other.
  func receive(_ bytes: ArraySlice<UInt8>) throws
  /// What waits for the other.
  func outgoing() -> [UInt8]
}

/// Ours: a session, and what came out of it.
final class OurPeer: Peer {
  let session: TLSSession
  private(set) var plaintext: [UInt8] = []

  init(_ session: TLSSession) { self.session = session }

  func receive(_ bytes: ArraySlice<UInt8>) throws {
    try bytes.withUnsafeBytes { bytes in
      try session.receive(bytes.bytes) { $0.withUnsafeBytes { plaintext.append(contentsOf: $0) } }
    }
  }

  func outgoing() -> [UInt8] {
    var taken: [UInt8] = []
    session.takeOutgoing { $0.withUnsafeBytes { taken.append(contentsOf: $0) } }
    return taken
  }

  func send(_ bytes: [UInt8]) throws {
    try bytes.withUnsafeBytes { try session.send($0.bytes) }
  }
}

/// Two ends, and what each ran into.
struct Wire {
  let client: any Peer
  let server: any Peer
  var cut = Cut.whole
  private(set) var clientError: (any Error)?
  private(set) var serverError: (any Error)?
  /// All that the server has said.
  private(set) var fromServer: [UInt8] = []

  init(_ client: any Peer, _ server: any Peer, _ cut: Cut = .whole) {
    self.client = client
    self.server = server
    self.cut = cut
  }

  /// Passes bytes until neither end has any more. An end that has failed is still asked what it
  /// has to say, and is told nothing.
  mutating func pass() {
    while true {
      let toServer = client.outgoing()
      let toClient = server.outgoing()
      if toServer.isEmpty, toClient.isEmpty { return }
      fromServer += toClient
      deliver(toServer, to: server, &serverError)
      deliver(toClient, to: client, &clientError)
    }
  }

  private func deliver(_ bytes: [UInt8], to peer: any Peer, _ error: inout (any Error)?) {
    for piece in cut.pieces(of: bytes) where error == nil {
      do { try peer.receive(piece) } catch let failure { error = failure }
    }
  }
}
