import Foundation
import Testing

@testable import PostgresSupervisor

@Suite("Crashes of the server and of Postgres", .serialized)
struct CrashTests {
  @Test("a Postgres that is killed is up again, with its data, each time")
  func killedPostgres() async throws {
    try await Scratch.with { scratch in
      let postgres = try await scratch.start()
      try await keepRow(postgres.conninfo)
      for _ in 1...3 {
        let pid = try #require(scratch.postmaster?.pid)
        kill(pid, SIGKILL)
        #expect(await eventually { scratch.postmaster.map { $0.pid != pid } ?? false })
        #expect(await keepsItsRow(postgres.conninfo))
      }
      await postgres.stop()
      #expect(scratch.postmaster == nil)
    }
  }

  @Test("a Postgres whose server was killed is adopted by the next, which stops it")
  func killedServer() async throws {
    try await Scratch.with { scratch in
      let killed = try scratch.startProcess()
      try await keepRow(killed.conninfo)
      let pid = try #require(scratch.postmaster?.pid)
      killed.kill()
      let postgres = try await scratch.start()
      #expect(scratch.postmaster?.pid == pid)
      #expect(await keepsItsRow(postgres.conninfo))
      await postgres.stop()
      #expect(Postmaster.processes(of: scratch.cluster).isEmpty)
    }
  }

  @Test("after both were killed the next start recovers")
  func killedBoth() async throws {
    try await Scratch.with { scratch in
      try await killBoth(in: scratch)
      let postgres = try await scratch.start()
      #expect(await keepsItsRow(postgres.conninfo))
      await postgres.stop()
    }
  }

  @Test("a stale lock file whose process id is by now another program's doesn't stop a start")
  func reusedProcessID() async throws {
    try await Scratch.with { scratch in
      try await killBoth(in: scratch)
      let stranger = try scratch.startOther("/bin/sleep", ["600"])
      try writeLocks(of: scratch, pid: stranger)
      let postgres = try await scratch.start()
      #expect(await keepsItsRow(postgres.conninfo))
      #expect(kill(stranger, 0) == 0)
      await postgres.stop()
    }
  }

  @Test("nor does one whose process is a zombie")
  func zombie() async throws {
    try await Scratch.with { scratch in
      try await killBoth(in: scratch)
      let zombie = try scratch.startOther("/bin/true", [])
      #expect(
        await eventually {
          (try? String(contentsOfFile: "/proc/\(zombie)/stat", encoding: .utf8))?
            .contains(") Z") ?? false
        })
      try writeLocks(of: scratch, pid: zombie)
      let postgres = try await scratch.start()
      #expect(await keepsItsRow(postgres.conninfo))
      await postgres.stop()
    }
  }

  @Test("nor does an empty one")
  func emptyLock() async throws {
    try await Scratch.with { scratch in
      try await killBoth(in: scratch)
      try Data().write(to: URL(fileURLWithPath: scratch.postmasterFile))
      let postgres = try await scratch.start()
      #expect(await keepsItsRow(postgres.conninfo))
      await postgres.stop()
    }
  }

  @Test("a lock file that is in use is never removed")
  func lockInUse() async throws {
    try await Scratch.with { scratch in
      let postgres = try await scratch.start()
      let before = try String(contentsOfFile: scratch.postmasterFile, encoding: .utf8)
      Postmaster.removeStale(scratch.postmasterFile, of: scratch.cluster)
      #expect(try String(contentsOfFile: scratch.postmasterFile, encoding: .utf8) == before)
      await postgres.stop()
    }
  }

  @Test("a Postgres that somebody started by hand is adopted")
  func startedByHand() async throws {
    try await Scratch.with { scratch in
      try await scratch.start().stop()
      let binaries = try await PostgresBinaries.find(major: nil)
      let pid = try scratch.startOther(binaries.postgres, ["-D", scratch.cluster])
      #expect(await eventually { scratch.postmaster?.state == .ready })
      let postgres = try await scratch.start()
      #expect(scratch.postmaster?.pid == pid)
      #expect(try await query(postgres.conninfo, "SELECT 1") == "1")
      await postgres.stop()
      #expect(scratch.postmaster == nil)
    }
  }

  @Test(
    "a backend that outlives its postmaster is ended before the next one starts",
    arguments: [false, true])
  func orphans(isFrozen: Bool) async throws {
    try await Scratch.with { scratch in
      let postgres = try await scratch.start()
      try await keepRow(postgres.conninfo)
      // A statement that never looks whether the postmaster lives.
      _ = try scratch.startOther(
        "/usr/bin/env",
        ["psql", "-X", "-c", "DO 'BEGIN LOOP END LOOP; END'", postgres.conninfo])
      var orphan: pid_t?
      #expect(
        await eventually {
          let text = try? await query(
            postgres.conninfo,
            "SELECT pid FROM pg_stat_activity WHERE query LIKE 'DO%' AND state = 'active'")
          orphan = text.flatMap { pid_t($0) }
          return orphan != nil
        })
      let backend = try #require(orphan)
      let pid = try #require(scratch.postmaster?.pid)
      if isFrozen { kill(backend, SIGSTOP) }
      kill(pid, SIGKILL)
      var met = false
      #expect(
        await eventually {
          guard let next = scratch.postmaster, next.pid != pid else { return false }
          met = Postmaster.processes(of: scratch.cluster).contains(backend)
          return true
        })
      #expect(!met)
      #expect(await keepsItsRow(postgres.conninfo))
      await postgres.stop()
    }
  }

  @Test("a Postgres that has lost its socket is started anew")
  func lostSocket() async throws {
    try await Scratch.with { scratch in
      let postgres = try await scratch.start()
      try await keepRow(postgres.conninfo)
      unlink(SocketDirectory.socket(in: scratch.data + "/postgres-socket"))
      #expect(await keepsItsRow(postgres.conninfo))
      await postgres.stop()
    }
  }

  @Test("a stop right after the death of Postgres leaves nothing running")
  func stopAfterDeath() async throws {
    try await Scratch.with { scratch in
      let postgres = try await scratch.start()
      let pid = try #require(scratch.postmaster?.pid)
      kill(pid, SIGKILL)
      await postgres.stop()
      #expect(scratch.postmaster == nil)
      #expect(await eventually { Postmaster.processes(of: scratch.cluster).isEmpty })
    }
  }

  /// A server and its Postgres, killed after a row was written.
  private func killBoth(in scratch: Scratch) async throws {
    let server = try scratch.startProcess()
    try await keepRow(server.conninfo)
    server.kill()
    let pid = try #require(scratch.postmaster?.pid)
    kill(pid, SIGKILL)
    #expect(await eventually { Postmaster.processes(of: scratch.cluster).isEmpty })
  }

  /// Makes the lock files of the cluster and of its socket name another process.
  private func writeLocks(of scratch: Scratch, pid: pid_t) throws {
    let socket = SocketDirectory.socket(in: scratch.data + "/postgres-socket")
    for path in [scratch.postmasterFile, socket + ".lock"] {
      let old = try String(contentsOfFile: path, encoding: .utf8)
      let rest = old.split(separator: "\n", omittingEmptySubsequences: false).dropFirst()
      let new = (["\(pid)"] + rest.map(String.init)).joined(separator: "\n")
      let file = try #require(FileHandle(forWritingAtPath: path))
      try file.truncate(atOffset: 0)
      try file.write(contentsOf: Data(new.utf8))
      try file.close()
    }
  }
}
