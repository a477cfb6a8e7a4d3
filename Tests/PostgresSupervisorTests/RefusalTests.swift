import Foundation
import Testing

@testable import PostgresSupervisor

@Suite("What stands in the way is said in one line")
struct RefusalTests {
  private func refusal(
    of scratch: Scratch, binaryDirectories: [String]? = nil
  ) async throws -> String {
    let error = await #expect(throws: PostgresSupervisorError.self) {
      _ = try await scratch.start(binaryDirectories: binaryDirectories)
    }
    let line = try #require(error).description
    #expect(!line.contains("\n"))
    return line
  }

  @Test("no Postgres installed: the package to install")
  func noBinaries() async throws {
    try await Scratch.with { scratch in
      let line = try await refusal(of: scratch, binaryDirectories: ["/nonexistent", scratch.path])
      #expect(line.contains("apt-get install postgresql"))
    }
  }

  @Test("a cluster of a version that is not installed: both versions")
  func otherVersion() async throws {
    try await Scratch.with { scratch in
      let installed = try await PostgresBinaries.find(major: nil).major
      let files = FileManager.default
      try files.createDirectory(atPath: scratch.cluster, withIntermediateDirectories: true)
      try Data("9\n".utf8).write(to: URL(fileURLWithPath: scratch.cluster + "/PG_VERSION"))
      let line = try await refusal(of: scratch)
      #expect(line.contains("made by PostgreSQL 9"))
      #expect(line.contains("\(installed)"))
      #expect(line.contains("install postgresql-9"))
    }
  }

  @Test("a parent that Postgres's user can't enter: which one", .enabled(if: isRoot))
  func closedParent() async throws {
    try await Scratch.with("closed/data") { scratch in
      let closed = scratch.path + "/closed"
      try FileManager.default.createDirectory(
        atPath: closed, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
      let line = try await refusal(of: scratch)
      #expect(line.contains("chmod o+x \(closed)`"))
    }
  }

  @Test("a settings file that Postgres refuses: its own words")
  func badSettings() async throws {
    try await Scratch.with { scratch in
      try await scratch.start().stop()
      let settings = try #require(
        FileHandle(forWritingAtPath: scratch.cluster + "/postgresql.conf"))
      try settings.seekToEnd()
      try settings.write(contentsOf: Data("shared_buffers = 'much'\n".utf8))
      try settings.close()
      let line = try await refusal(of: scratch)
      #expect(line.contains("postgres.log"))
      #expect(line.contains("FATAL"))
      #expect(scratch.postmaster == nil)
    }
  }

  @Test("processes that still use the cluster, unknown to us: that they do, and nothing is started")
  func lockedByOthers() async throws {
    try await Scratch.with { scratch in
      try await scratch.start().stop()
      let file = open(scratch.data + "/postgres-processes.lock", O_RDWR | O_CLOEXEC)
      defer { close(file) }
      #expect(flock(file, LOCK_SH) == 0)
      let line = try await refusal(of: scratch)
      #expect(line.contains("still use \(scratch.cluster)"))
      #expect(scratch.postmaster == nil)
    }
  }
}
