import Foundation
import Testing

@testable import PostgresSupervisor

@Suite("Servers that share a data directory", .serialized)
struct SharingTests {
  @Test("servers of one process share one Postgres, and the last to stop stops it")
  func oneProcess() async throws {
    try await Scratch.with { scratch in
      let first = try await scratch.start()
      let pid = scratch.postmaster?.pid
      let second = try await scratch.start()
      #expect(scratch.postmaster?.pid == pid)
      await first.stop()
      #expect(scratch.postmaster?.pid == pid)
      #expect(try await query(second.conninfo, "SELECT 1") == "1")
      await second.stop()
      #expect(scratch.postmaster == nil)
    }
  }

  @Test("a server of another process shares it too")
  func otherProcess() async throws {
    try await Scratch.with { scratch in
      let other = try scratch.startProcess()
      let pid = try #require(scratch.postmaster?.pid)
      let ours = try await scratch.start()
      #expect(scratch.postmaster?.pid == pid)
      #expect(try other.stop() == 0)
      #expect(try await query(ours.conninfo, "SELECT 1") == "1")
      await ours.stop()
      #expect(scratch.postmaster == nil)
      #expect(!FileManager.default.fileExists(atPath: scratch.postmasterFile))
    }
  }

  @Test("servers that start at once make one cluster and one Postgres")
  func atOnce() async throws {
    try await Scratch.with { scratch in
      let data = scratch.data
      let all = try await withThrowingTaskGroup(of: PrivatePostgres.self) { group in
        for _ in 1...6 {
          group.addTask {
            try await Scratch.start(data)
          }
        }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      #expect(Set(all.map(\.conninfo)).count == 1)
      let pid = scratch.postmaster?.pid
      for postgres in all.dropLast() { await postgres.stop() }
      #expect(scratch.postmaster?.pid == pid)
      await all.last?.stop()
      #expect(scratch.postmaster == nil)
    }
  }

  @Test("a link to the data directory is the same data directory")
  func link() async throws {
    try await Scratch.with { scratch in
      let first = try await scratch.start()
      let link = scratch.path + "/link"
      try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: scratch.data)
      let second = try await Scratch.start(link)
      #expect(second.conninfo == first.conninfo)
      await first.stop()
      await second.stop()
    }
  }

  @Test("an ordinary user's server runs Postgres itself, and root's goes on as that user")
  func ordinaryUser() async throws {
    let nobody: uid_t? = isRoot ? 65534 : nil
    try await Scratch.with("open/data") { scratch in
      let parent = scratch.path + "/open"
      try FileManager.default.createDirectory(
        atPath: parent, withIntermediateDirectories: false)
      if let nobody { chown(parent, nobody, nobody) }
      let server = try scratch.startProcess(user: nobody)
      try await keepRow(server.conninfo)
      var status = stat()
      #expect(stat(scratch.postmasterFile, &status) == 0)
      #expect(status.st_uid == nobody ?? geteuid())
      #expect(try server.stop() == 0)
      #expect(scratch.postmaster == nil)
      let ours = try await scratch.start()
      #expect(await keepsItsRow(ours.conninfo))
      await ours.stop()
    }
  }
}
