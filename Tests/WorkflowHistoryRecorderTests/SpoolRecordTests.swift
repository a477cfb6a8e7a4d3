import Testing

@testable import WorkflowHistoryRecorder

@Suite("A record of the spool")
struct SpoolRecordTests {
  private let records = [
    SpoolRecord(kind: .save, content: Array("first".utf8)),
    SpoolRecord(kind: .update, content: []),
    SpoolRecord(kind: .save, content: (0...255).map(UInt8.init)),
  ]
  private var whole: [UInt8] { records.flatMap(\.framed) }
  private var start: Int { whole.count - records[2].framed.count }

  @Test("comes back, with those before and after it")
  func roundTrip() {
    let contents = SegmentContents(reading: whole)
    #expect(contents.records == records)
    #expect(contents.damaged == [])
    #expect(SegmentContents(reading: []).records == [])
  }

  @Test("stands there as the Python client writes it")
  func layout() {
    #expect(
      SpoolRecord(kind: .save, content: Array("abc".utf8)).framed
        == [0x04, 0, 0, 0, 0xa9, 0x20, 0x9d, 0x53, 0x01] + Array("abc".utf8))
  }

  @Test("that a crash cut short, at whatever byte, costs none before it")
  func tornAnywhere() {
    for end in start..<whole.count {
      let contents = SegmentContents(reading: Array(whole[..<end]))
      #expect(contents.records == Array(records[..<2]), "cut at \(end)")
      #expect(contents.damaged == [], "cut at \(end)")
    }
  }

  @Test("of which a crash left nothing but zeros costs none before it", arguments: [1, 8, 9, 5000])
  func zeros(count: Int) {
    let contents = SegmentContents(reading: whole + [UInt8](repeating: 0, count: count))
    #expect(contents.records == records)
    #expect(contents.damaged == [])
  }

  @Test("that is damaged in any bit is not read, nor what follows it, and is kept")
  func damagedAnywhere() {
    let middle = records[0].framed.count..<start
    for place in middle {
      for bit in 0..<8 {
        var bytes = whole
        bytes[place] ^= 1 << bit
        let contents = SegmentContents(reading: bytes)
        #expect(contents.records == [records[0]], "bit \(bit) of byte \(place)")
        // A length that is past the end is one that was cut short.
        let isPast = place < middle.lowerBound + 4 && contents.damaged.isEmpty
        #expect(
          isPast || contents.damaged == Array(bytes[middle.lowerBound...]),
          "bit \(bit) of byte \(place)")
      }
    }
  }

  @Test("of a kind that is not known is damaged")
  func unknownKind() {
    var framed = SpoolRecord(kind: .save, content: Array("abc".utf8)).framed
    framed[8] = 3
    #expect(SegmentContents(reading: framed).damaged == framed)
  }
}
