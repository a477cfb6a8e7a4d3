/// Changes inputs in the ways that a fuzzer does, the same on every run.
struct Mutator {
  private var state: UInt64
  private static let interesting: [UInt8] = [0, 1, 4, 5, 0x7f, 0x80, 0xff, 0x20, 0x2c, 0x3d, 0x25]

  init(seed: UInt64) { state = seed }

  /// One of the seeds, changed in a few places; now and then the end of another in place of its
  /// own.
  mutating func mutation(of seeds: [[UInt8]]) -> [UInt8] {
    var bytes = seeds[below(seeds.count)]
    if below(8) == 0 {
      let other = seeds[below(seeds.count)]
      bytes = Array(bytes.prefix(below(bytes.count + 1)))
      bytes += other.dropFirst(below(other.count + 1))
    }
    for _ in 0...below(4) { change(&bytes) }
    return bytes
  }

  private mutating func change(_ bytes: inout [UInt8]) {
    let at = below(bytes.count + 1)
    switch below(7) {
    case 0 where at < bytes.count: bytes[at] ^= 1 << UInt8(below(8))
    case 1 where at < bytes.count: bytes[at] = UInt8(below(256))
    case 2 where at < bytes.count: bytes[at] = Self.interesting[below(Self.interesting.count)]
    case 3 where at < bytes.count: bytes.remove(at: at)
    case 4: bytes.insert(Self.interesting[below(Self.interesting.count)], at: at)
    case 5: bytes.removeLast(bytes.count - at)
    default:
      let length = below(min(32, bytes.count - at) + 1)
      bytes.insert(contentsOf: bytes[at..<at + length], at: at)
    }
  }

  private mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }

  /// A step of SplitMix64.
  private mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
