import Foundation
import Testing

@testable import WorkflowHistoryRecorder

@Suite("A spool")
struct SpoolTests {
  private let folder: SpoolPlace

  init() throws { folder = try SpoolPlace() }

  private func spool(_ name: String) throws -> Spool { try Spool(root: folder.spool, name: name) }
  private func frame(_ text: String) -> [UInt8] {
    SpoolRecord(kind: .save, content: Array(text.utf8)).framed
  }
  private func texts(_ segment: Segment) throws -> [String] {
    let bytes = try Data(contentsOf: URL(filePath: segment.path))
    return SegmentContents(reading: Array(bytes)).records.map {
      String(decoding: $0.content, as: UTF8.self)
    }
  }

  @Test("adds nothing to a segment that is to be delivered")
  func sealed() throws {
    let spool = try spool("1")
    try spool.append(frame("a"))
    try spool.append(frame("b"))
    let first = try #require(spool.nextSegment())
    try spool.append(frame("c"))
    #expect(spool.nextSegment() == first)
    #expect(try texts(first) == ["a", "b"])
    try spool.remove(first)
    let second = try #require(spool.nextSegment())
    #expect(try texts(second) == ["c"])
    #expect(spool.size == frame("c").count)
    try spool.remove(second)
    #expect(spool.nextSegment() == nil)
    #expect(folder.segments == [])
    try spool.close()
    #expect(folder.processes == [])
  }

  @Test("begins another segment when one is large")
  func large() throws {
    let spool = try spool("1")
    let large = String(repeating: "x", count: 600 << 10)
    for _ in 0..<3 { try spool.append(frame(large)) }
    #expect(folder.segments.count == 2)
    #expect(spool.size == 3 * frame(large).count)
    let first = try #require(spool.nextSegment())
    #expect(try texts(first).count == 2)
  }

  @Test("goes to those that come later, in the order of its processes and segments")
  func takenOver() throws {
    for name in ["1", "2"] {
      let spool = try spool(name)
      for text in ["a", "b"] {
        try spool.append(frame(name + text))
        _ = spool.nextSegment()
      }
      try spool.close()
    }
    let heir = try spool("3")
    try heir.append(frame("3a"))
    #expect(try heir.takeOver { Issue.record($0) })
    #expect(heir.size == 4 * frame("1a").count + frame("3a").count)
    var told: [String] = []
    while let segment = heir.nextSegment() {
      told += try texts(segment)
      #expect(heir.isOwn(segment) == told.last!.hasPrefix("3"))
      try heir.remove(segment)
    }
    #expect(told == ["1a", "1b", "2a", "2b", "3a"])
    #expect(folder.processes == ["process-3"])
    #expect(try heir.takeOver { Issue.record($0) } == false)
  }

  @Test("is not taken from one that lives")
  func alive() throws {
    let first = try spool("1")
    try first.append(frame("a"))
    let second = try spool("2")
    #expect(try second.takeOver { Issue.record($0) } == false)
    #expect(second.nextSegment() == nil)
    withExtendedLifetime(first) {}
  }

  @Test("of a process that left nothing is removed")
  func empty() throws {
    do { _ = try spool("1") }
    #expect(folder.processes == ["process-1"])
    let heir = try spool("2")
    #expect(try heir.takeOver { Issue.record($0) } == false)
    #expect(folder.processes == ["process-2"])
  }

  @Test("that can't be had keeps no other from being taken")
  func strange() throws {
    do {
      let spool = try spool("1")
      try spool.append(frame("a"))
    }
    try Data().write(to: URL(filePath: folder.spool + "/process-0"))
    var failures = 0
    let heir = try spool("2")
    #expect(try heir.takeOver { _ in failures += 1 })
    #expect(failures == 1)
    #expect(try texts(#require(heir.nextSegment())) == ["a"])
  }

  @Test("takes nothing more once it is closed, and leaves what it has")
  func closed() throws {
    let spool = try spool("1")
    try spool.append(frame("a"))
    try spool.close()
    #expect(throws: SpoolClosed.self) { try spool.append(frame("b")) }
    #expect(folder.segments == ["process-1/000000000001.records"])
  }

  @Test("goes on in another segment after one that can't be written to")
  func refused() throws {
    let spool = try spool("1")
    let own = folder.spool + "/process-1"
    try FileManager.default.moveItem(atPath: own, toPath: folder.path + "/away")
    #expect(throws: (any Error).self) { try spool.append(frame("a")) }
    try FileManager.default.moveItem(atPath: folder.path + "/away", toPath: own)
    try spool.append(frame("b"))
    #expect(try texts(#require(spool.nextSegment())) == ["b"])
  }

  @Test("can be made safe again and again, by anyone")
  func sync() throws {
    let spool = try spool("1")
    try spool.takeSync().run()
    try spool.append(frame("a"))
    let sync = spool.takeSync()
    let segment = try #require(spool.nextSegment())
    try spool.remove(segment)
    // Its file is gone, and open for as long as it is to be synced.
    try sync.run()
    #expect(spool.written == frame("a").count)
  }
}
