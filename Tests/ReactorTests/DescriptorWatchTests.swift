import Foundation
import Testing

@testable import Reactor

@Suite("Watches of descriptors") struct DescriptorWatchTests {
  @Test("an error that comes behind bytes is told after them, to one who reads a little each time")
  func errorBehindBytes() async throws {
    let loop = try Loop(name: "test")
    try await loop.run { eventLoop in
      var ends: [Int32] = [-1, -1]
      try #require(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends) == 0)
      // The peer leaves with bytes unread: a reset, which waits behind what it has sent.
      #expect(write(ends[0], "unread", 6) == 6)
      #expect(write(ends[1], "last words", 10) == 10)
      close(ends[1])

      var told: [Int] = []
      var watch: DescriptorWatch?
      await withCheckedContinuation { continuation in
        watch = try? eventLoop.watch(descriptor: ends[0]) { _ in
          var bytes = [UInt8](repeating: 0, count: 10)
          told.append(read(ends[0], &bytes, bytes.count))
          guard told.last! <= 0 else { return }
          watch?.close()
          continuation.resume()
        }
        watch?.interest = .readable
      }
      close(ends[0])
      #expect(told == [10, -1])
    }
    await loop.stop()
  }
}
