import Testing
import WorkflowHistory

@testable import PostgresHistoryStore

@Suite("The order of writes") struct WriteOrderTests {
  private func write(_ low: UInt64, bytes: Int = 0) -> PendingWrite {
    var row = execution()
    row.id = ExecutionID(high: 1, low: low)
    row.inputData = JSONDocument(String(repeating: "a", count: bytes))
    return PendingWrite(.save(DigestedSave(save(row), digest: [])))
  }

  @Test("a batch has one write of an id, sorted by id, and the next comes when that has ended")
  func onePerID() {
    var order = WriteOrder()
    let writes = [3, 1, 3, 2, 3].map { write($0) }
    for write in writes { order.add(write) }
    let batch = order.take(atMost: 10, bytes: .max)
    #expect(batch.map(\.id.low) == [1, 2, 3])
    #expect(batch[2] === writes[0])
    let none = order.take(atMost: 10, bytes: .max)
    #expect(none.isEmpty)
    order.end(batch[2])
    let next = order.take(atMost: 10, bytes: .max)
    #expect(next.first === writes[2])
    #expect(order.count == 4)
  }

  @Test("a batch ends before its limits are passed, but has one write at least")
  func limits() {
    var order = WriteOrder()
    for (id, bytes) in [(1, 10_000), (2, 1000), (3, 1000), (4, 1000)] as [(UInt64, Int)] {
      order.add(write(id, bytes: bytes))
    }
    let batches = [10, 10, 0, 1].map { order.take(atMost: $0, bytes: 5000).map(\.id.low) }
    #expect(batches == [[1], [2, 3], [], [4]])
  }

  @Test("what is put back comes before what waits for its id, and what is withdrawn never")
  func putBack() {
    var order = WriteOrder()
    let writes = [1, 1, 1].map { write($0) }
    for write in writes { order.add(write) }
    var taken = order.take(atMost: 9, bytes: .max)
    order.putBack(writes[0])
    let isWithdrawn = order.withdraw(writes[1])
    taken += order.take(atMost: 9, bytes: .max)
    let isWithdrawnTooLate = order.withdraw(writes[0])
    order.end(writes[0])
    taken += order.take(atMost: 9, bytes: .max)
    order.end(writes[2])
    #expect(taken.map { ObjectIdentifier($0) } == [0, 0, 2].map { ObjectIdentifier(writes[$0]) })
    #expect(isWithdrawn && !isWithdrawnTooLate)
    #expect(order.count == 0)
    #expect(order.bytes == 0)
  }

  @Test(
    "whatever comes, ends or is withdrawn, each id's writes come in their order, one at a time",
    arguments: 0..<50 as Range<UInt64>)
  func property(seed: UInt64) {
    var generator = SeededGenerator(state: seed)
    var order = WriteOrder()
    var expected: [ExecutionID: [PendingWrite]] = [:]
    var taken: [PendingWrite] = []
    func takeAll(_ limit: Int) {
      let batch = order.take(atMost: limit, bytes: .max)
      #expect(Set(batch.map(\.id)).count == batch.count)
      for write in batch {
        #expect(!taken.contains { $0.id == write.id })
        let first = expected[write.id]?.removeFirst()
        #expect(first === write)
      }
      taken += batch
    }
    for _ in 0..<500 {
      switch Int.random(in: 0..<6, using: &generator) {
      case 0...2:
        let added = write(UInt64.random(in: 0..<8, using: &generator))
        order.add(added)
        expected[added.id, default: []].append(added)
      case 3: takeAll(Int.random(in: 1...4, using: &generator))
      case 4:
        guard !taken.isEmpty else { continue }
        order.end(taken.remove(at: Int.random(in: taken.indices, using: &generator)))
      default:
        let waiting = expected.values.joined()
        guard let write = waiting.randomElement(using: &generator) else { continue }
        let isWithdrawn = order.withdraw(write)
        #expect(isWithdrawn)
        expected[write.id]?.removeAll { $0 === write }
      }
    }
    while order.count > 0 {
      takeAll(.max)
      for write in taken { order.end(write) }
      taken = []
    }
    #expect(expected.values.joined().isEmpty)
  }
}
