import Foundation
import Testing

@testable import PostgresSupervisor

@Suite("Starting and stopping the private Postgres", .serialized)
struct StartTests {
  @Test("a first start makes a durable cluster with checksums, on a Unix socket only")
  func firstStart() async throws {
    try await Scratch.with { scratch in
      let postgres = try await scratch.start()
      for (setting, value) in [
        ("data_checksums", "on"), ("fsync", "on"), ("synchronous_commit", "on"),
        ("full_page_writes", "on"), ("listen_addresses", ""), ("server_encoding", "UTF8"),
      ] {
        #expect(try await query(postgres.conninfo, "SHOW \(setting)") == value, "\(setting)")
      }
      var status = stat()
      #expect(
        stat(scratch.data + "/postgres-socket", &status) == 0 && status.st_mode & 0o777 == 0o700)
      await postgres.stop()
    }
  }

  @Test("a stop leaves no process and no lock file, and the next start finds the data")
  func stopAndStart() async throws {
    try await Scratch.with { scratch in
      let first = try await scratch.start()
      try await keepRow(first.conninfo)
      let pid = try #require(scratch.postmaster?.pid)
      await first.stop()
      await first.stop()
      #expect(kill(pid, 0) != 0)
      #expect(Postmaster.processes(of: scratch.cluster).isEmpty)
      #expect(!FileManager.default.fileExists(atPath: scratch.postmasterFile))
      #expect(
        try FileManager.default.contentsOfDirectory(
          atPath: scratch.data + "/postgres-socket"
        ).isEmpty)
      let second = try await scratch.start()
      #expect(await keepsItsRow(second.conninfo))
      await second.stop()
    }
  }

  @Test("a cluster that was left half made is made anew")
  func halfMade() async throws {
    try await Scratch.with { scratch in
      let unfinished = scratch.cluster + ".unfinished"
      let files = FileManager.default
      try files.createDirectory(atPath: unfinished + "/base", withIntermediateDirectories: true)
      try Data("15\n".utf8).write(to: URL(fileURLWithPath: unfinished + "/PG_VERSION"))
      let postgres = try await scratch.start()
      #expect(try await query(postgres.conninfo, "SELECT 1") == "1")
      #expect(!files.fileExists(atPath: unfinished))
      await postgres.stop()
    }
  }

  @Test(
    "any data directory will do",
    arguments: [
      String(repeating: "long/", count: 30) + "end", #"it's, "so" \ to say"#, #"it's "so" \"#,
    ])
  func oddDirectory(name: String) async throws {
    try await Scratch.with(name) { scratch in
      for _ in 1...2 {
        let postgres = try await scratch.start()
        #expect(try await query(postgres.conninfo, "SELECT 1") == "1")
        await postgres.stop()
      }
    }
  }

  @Test("a start that is cancelled throws, and leaves no Postgres running")
  func cancelledStart() async throws {
    try await Scratch.with { scratch in
      let failed = await withTaskGroup(of: Bool.self) { group in
        group.cancelAll()
        group.addTask { [data = scratch.data] in
          do {
            _ = try await Scratch.start(data)
            return false
          } catch { return true }
        }
        return await group.next() == true
      }
      #expect(failed)
      #expect(scratch.postmaster == nil)
      #expect(Postmaster.processes(of: scratch.cluster).isEmpty)
    }
  }

  @Test("a Postgres that doesn't react is stopped all the same")
  func frozenPostgres() async throws {
    try await Scratch.with { scratch in
      _ = try scratch.startProcess()
      let pid = try #require(scratch.postmaster?.pid)
      kill(pid, SIGSTOP)
      let cluster = Cluster(
        dataDirectory: scratch.data, user: try .find(for: scratch.cluster),
        binaries: try await .find(major: nil))
      // The server that watches it would start it again.
      scratch.killServers()
      try await cluster.stop(fast: .milliseconds(100), immediate: .milliseconds(100))
      #expect(scratch.postmaster == nil)
    }
  }

  @Test("Postgres inherits none of the server's descriptors, only the process lock")
  func descriptors() async throws {
    try await Scratch.with { scratch in
      let forgotten = open("/dev/zero", O_RDONLY)
      defer { close(forgotten) }
      let postgres = try await scratch.start()
      let pid = try #require(scratch.postmaster?.pid)
      let files = FileManager.default
      let open = try files.contentsOfDirectory(atPath: "/proc/\(pid)/fd").map {
        (try? files.destinationOfSymbolicLink(atPath: "/proc/\(pid)/fd/\($0)")) ?? ""
      }
      #expect(!open.contains("/dev/zero"))
      #expect(open.contains(scratch.data + "/postgres-processes.lock"))
      await postgres.stop()
    }
  }
}
