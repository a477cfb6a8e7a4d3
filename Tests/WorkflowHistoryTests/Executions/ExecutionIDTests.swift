import Testing
import WorkflowHistory

@Suite("An execution id")
struct ExecutionIDTests {
  @Test("reads and writes the 36-character form, in either case")
  func text() throws {
    // The example of RFC 9562, appendix A.6.
    let id = try #require(ExecutionID("017F22E2-79B0-7CC3-98C4-DC0C0C07398F"))
    #expect(id == ExecutionID(high: 0x017F_22E2_79B0_7CC3, low: 0x98C4_DC0C_0C07_398F))
    #expect(id.description == "017f22e2-79b0-7cc3-98c4-dc0c0c07398f")
    #expect(id.isVersion7)
    #expect(id.createdAt == Timestamp(microseconds: 1_645_557_742_000_000))
  }

  @Test(
    "is not read from anything else",
    arguments: [
      "", "017f22e2", "017f22e279b07cc398c4dc0c0c07398f", "{017f22e2-79b0-7cc3-98c4-dc0c0c07398f}",
      "017f22e2-79b0-7cc3-98c4-dc0c0c07398", "017f22e2-79b0-7cc3-98c4-dc0c0c07398f0",
      "017f22e2-79b0-7cc3-98c4-dc0c0c07398g", "017f22e2-79b0-7cc3-98c4dc0c-0c07398f",
      " 17f22e2-79b0-7cc3-98c4-dc0c0c07398f", "017f22e2-79b0-7cc3-98c4-dc0c0c0739\u{E9}",
      "017f22e2-79b0-7cc3-98c4-dc0c0c07398\u{0}", "wf-123",
    ])
  func notText(text: String) {
    #expect(ExecutionID(text) == nil)
  }

  @Test(
    "of another version or variant is read, and known for it",
    arguments: [
      "017f22e2-79b0-4cc3-98c4-dc0c0c07398f", "017f22e2-79b0-7cc3-18c4-dc0c0c07398f",
      "017f22e2-79b0-7cc3-d8c4-dc0c0c07398f", "00000000-0000-0000-0000-000000000000",
      "ffffffff-ffff-ffff-ffff-ffffffffffff",
    ])
  func otherVersions(text: String) throws {
    let id = try #require(ExecutionID(text))
    #expect(!id.isVersion7)
    #expect(id.description == text)
  }

  @Test("that is made is a UUIDv7 of its instant's millisecond, and fresh")
  func make() {
    var generator = SeededGenerator(state: 3)
    let ids = (0..<1000).map { _ in ExecutionID.make(at: now, using: &generator) }
    #expect(ids.allSatisfy { $0.isVersion7 })
    #expect(ids.allSatisfy { $0.createdAt == Timestamp(microseconds: 1_772_366_400_123_000) })
    #expect(Set(ids).count == 1000)
    #expect(ids.allSatisfy { ExecutionID($0.description) == $0 })
    let random = ids.reduce(UInt64(0)) { $0 | $1.low & (1 << 62 - 1) }
    #expect(random == 1 << 62 - 1, "every random bit is used")
  }

  @Test("that is made a microsecond later sorts later, within a millisecond and across its end")
  func orderWithinMillisecond() {
    var generator = SeededGenerator(state: 8)
    let ids = (0..<3000).map {
      ExecutionID.make(
        at: Timestamp(microseconds: now.microseconds + Int64($0)), using: &generator)
    }
    #expect(ids == ids.sorted())
    #expect(ids.allSatisfy { $0.isVersion7 })
  }

  @Test("that is made outside of what 48 bits can say has the nearest millisecond")
  func makeAtTheEnds() {
    var generator = SeededGenerator(state: 4)
    let first = ExecutionID.make(at: Timestamp(microseconds: -5), using: &generator)
    #expect(first.createdAt.microseconds == 0)
    let last = ExecutionID.make(at: Timestamp(microseconds: .max), using: &generator)
    #expect(last.createdAt.microseconds == 281_474_976_710_655_000)
    #expect(last.isVersion7)
  }

  @Test("sorts by its time, as its text does")
  func order() {
    var generator = SeededGenerator(state: 5)
    let ids = (0..<200).map {
      ExecutionID.make(at: now.plus(Double($0 * 7 % 200)), using: &generator)
    }
    let sorted = ids.sorted()
    #expect(sorted.map(\.createdAt) == ids.map(\.createdAt).sorted())
    #expect(sorted.map(\.description) == ids.map(\.description).sorted())
  }

  @Test("bounds make a created range an id range, to the microsecond")
  func bounds() {
    var generator = SeededGenerator(state: 6)
    let start = now.microseconds - 3000
    let ids = (0..<3000).map {
      ExecutionID.make(at: Timestamp(microseconds: start + Int64($0) * 2), using: &generator)
    }
    for after in stride(from: start, through: start + 6000, by: 499) {
      let after = Timestamp(microseconds: after)
      let before = Timestamp(microseconds: after.microseconds + 1501)
      let range = ExecutionID.first(atOrAfter: after)..<ExecutionID.first(atOrAfter: before)
      #expect(
        ids.filter { range.contains($0) }
          == ids.filter { after <= $0.createdAt && $0.createdAt < before })
    }
  }

  @Test("bounds hold every id where the instant lies before the first or after the last")
  func outerBounds() {
    var generator = SeededGenerator(state: 7)
    let id = ExecutionID.make(at: now, using: &generator)
    #expect(ExecutionID.first(atOrAfter: Timestamp(microseconds: .min)) < id)
    #expect(id < ExecutionID.first(atOrAfter: Timestamp(microseconds: .max)))
    #expect(id < ExecutionID.first(atOrAfter: Timestamp.representable.upperBound))
  }
}
