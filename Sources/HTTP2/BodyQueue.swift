/// The pieces of a body that are still to be sent, in their order. Most bodies are one piece, which
/// needs no list.
struct BodyQueue {
  /// The piece that is next, of which `sent` bytes are sent; empty where there is none.
  private var first: [UInt8] = []
  private var sent = 0
  /// Those after it: the ones before `next` are sent and empty.
  private var later: [[UInt8]] = []
  private var next = 0

  var isEmpty: Bool { first.isEmpty }

  /// How many places the list has, those of sent pieces among them.
  var places: Int { later.count }

  /// Adds a piece that is not empty.
  mutating func append(_ piece: consuming [UInt8]) {
    if isEmpty { first = piece } else { later.append(piece) }
  }

  mutating func removeAll() { self = BodyQueue() }

  /// Moves as much as there is, and as there is room for, into the buffer, and returns how much.
  mutating func move(into buffer: UnsafeMutableBufferPointer<UInt8>) -> Int {
    var count = 0
    while count < buffer.count, !isEmpty {
      let taken = min(first.count - sent, buffer.count - count)
      first.withUnsafeBufferPointer { bytes in
        UnsafeMutableRawPointer(buffer.baseAddress! + count)
          .copyMemory(from: bytes.baseAddress! + sent, byteCount: taken)
      }
      count += taken
      sent += taken
      if sent == first.count { advance() }
    }
    return count
  }

  private mutating func advance() {
    sent = 0
    guard next < later.count else {
      first = []
      return
    }
    first = later[next]
    later[next] = []
    next += 1
    // A writer that always stays ahead would make the list grow for as long as it writes.
    if next == later.count {
      later.removeAll(keepingCapacity: true)
      next = 0
    } else if next > 64, next > later.count / 2 {
      later.removeFirst(next)
      next = 0
    }
  }
}
