import FileTesting
import Foundation
import PrivateFiles
import Synchronization
import Testing

@Suite("A file lock")
final class FileLockTests {
  let directory: TemporaryDirectory
  let path: String

  init() throws {
    directory = try TemporaryDirectory()
    path = directory.path + "/lock"
  }

  @Test("held alone keeps every other out until it is given up")
  func exclusive() throws {
    let holder = try FileLock(path: path)
    let other = try FileLock(path: path)
    #expect(try holder.tryLock(.exclusive))
    #expect(try other.tryLock(.exclusive) == false)
    #expect(try other.tryLock(.shared) == false)
    holder.unlock()
    #expect(try other.tryLock(.exclusive))
  }

  @Test("is shared by those who ask to share it, and then nobody has it alone")
  func shared() throws {
    let first = try FileLock(path: path)
    let second = try FileLock(path: path)
    #expect(try first.tryLock(.shared))
    #expect(try second.tryLock(.shared))
    #expect(try FileLock(path: path).tryLock(.exclusive) == false)
    second.unlock()
    #expect(try first.tryLock(.exclusive))
  }

  @Test("goes when its holder does")
  func released() throws {
    let other = try FileLock(path: path)
    do {
      let holder = try FileLock(path: path)
      try holder.lock(.exclusive)
      #expect(try other.tryLock(.exclusive) == false)
      withExtendedLifetime(holder) {}
    }
    #expect(try other.tryLock(.exclusive))
  }

  @Test("has a file for its owner alone, which stays")
  func file() throws {
    do { try FileLock(path: path).lock(.exclusive) }
    #expect(try mode(of: path) == 0o600)
  }

  @Test("is not kept by a child that was started while it was held")
  func closedOnExec() async throws {
    // Not by Foundation's Process, which closes everything in the child itself.
    var child: pid_t = 0
    do {
      let holder = try FileLock(path: path)
      try holder.lock(.exclusive)
      var arguments = [strdup("sleep"), strdup("600"), nil]
      defer { arguments.forEach { free($0) } }
      #expect(posix_spawn(&child, "/bin/sleep", nil, nil, &arguments, nil) == 0)
      withExtendedLifetime(holder) {}
    }
    defer {
      kill(child, SIGKILL)
      waitpid(child, nil, 0)
    }
    // A child that another test starts meanwhile has a copy of everything until it becomes another
    // program.
    let lock = try FileLock(path: path)
    let end = ContinuousClock.now + .seconds(60)
    while try !lock.tryLock(.exclusive) {
      try #require(ContinuousClock.now < end)
      await Task.yield()
    }
  }

  @Test("held by another process is waited for, and had when that process is killed")
  func otherProcess() async throws {
    let lock = try FileLock(path: path)
    let holder = Process()
    holder.executableURL = URL(filePath: "/usr/bin/env")
    holder.arguments = ["flock", "--no-fork", path, "cat"]
    holder.standardInput = Pipe()
    try holder.run()
    while try lock.tryLock(.exclusive) {
      lock.unlock()
      #expect(holder.isRunning, "the other process never took the lock")
      await Task.yield()
    }

    let events = Events()
    let waiter = Thread {
      try? lock.lock(.exclusive)
      events.append("locked")
    }
    waiter.start()
    events.append("killed")
    kill(holder.processIdentifier, SIGKILL)
    while events.all.count < 2 { await Task.yield() }
    #expect(events.all == ["killed", "locked"])
    #expect(try FileLock(path: path).tryLock(.shared) == false)
  }

  @Test("can't be had where there is no directory")
  func noDirectory() {
    #expect { try FileLock(path: path + "/x/y") } throws: { error in
      "\(error)" == "can't lock \(path)/x/y: No such file or directory"
    }
  }
}

/// What happened, in order, told by several threads.
private final class Events: Sendable {
  private let stored = Mutex<[String]>([])

  var all: [String] { stored.withLock(\.self) }
  func append(_ event: String) { stored.withLock { $0.append(event) } }
}
