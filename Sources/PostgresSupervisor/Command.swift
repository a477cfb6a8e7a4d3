internal import Dispatch

#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// A program to run to its end, its output kept.
///
/// posix_spawn and not Foundation's Process: the child starts with an empty signal mask and
/// default signals, whatever the server has set for itself.
struct Command: Sendable {
  var executable: String
  var arguments: [String]
  /// What the program reads; small enough for a pipe's buffer (4 KiB).
  var input: [UInt8] = []

  struct Result: Sendable {
    /// The exit status, or 128 and the signal that ended it.
    var status: Int32
    /// Standard output and standard error, together.
    var output: String
  }

  init(_ executable: String, _ arguments: [String], input: [UInt8] = []) {
    self.executable = executable
    self.arguments = arguments
    self.input = input
  }

  /// Runs the program; the waiting blocks a thread of its own.
  func run() async throws(PostgresSupervisorError) -> Result {
    let result: Swift.Result<Result, PostgresSupervisorError> = await withCheckedContinuation {
      continuation in
      DispatchQueue.global().async {
        continuation.resume(
          returning: Swift.Result { () throws(PostgresSupervisorError) in try runBlocking() })
      }
    }
    return try result.get()
  }

  private func runBlocking() throws(PostgresSupervisorError) -> Result {
    let stdin = try pipe()
    let stdout = try pipe()
    let pid: pid_t
    do throws(PostgresSupervisorError) {
      pid = try spawn(reading: stdin.read, writing: stdout.write)
    } catch {
      for descriptor in [stdin.read, stdin.write, stdout.read, stdout.write] { close(descriptor) }
      throw error
    }
    close(stdin.read)
    close(stdout.write)
    _ = input.withUnsafeBytes { write(stdin.write, $0.baseAddress, $0.count) }
    close(stdin.write)
    var output: [UInt8] = []
    var block = [UInt8](repeating: 0, count: 4096)
    while true {
      let count = read(stdout.read, &block, block.count)
      if count > 0 { output += block[..<count] }
      if count == 0 || count < 0 && errno != EINTR { break }
    }
    close(stdout.read)
    var status: Int32 = 0
    while waitpid(pid, &status, 0) < 0 && errno == EINTR {}
    let signal = status & 0x7f
    return Result(
      status: signal == 0 ? status >> 8 & 0xff : 128 + signal,
      output: String(decoding: output, as: UTF8.self))
  }

  private func spawn(reading: Int32, writing: Int32) throws(PostgresSupervisorError) -> pid_t {
    #if canImport(Glibc)
      var actions = posix_spawn_file_actions_t()
      var attributes = posix_spawnattr_t()
    #else
      var actions: posix_spawn_file_actions_t?
      var attributes: posix_spawnattr_t?
    #endif
    posix_spawn_file_actions_init(&actions)
    posix_spawnattr_init(&attributes)
    defer {
      posix_spawn_file_actions_destroy(&actions)
      posix_spawnattr_destroy(&attributes)
    }
    posix_spawn_file_actions_adddup2(&actions, reading, 0)
    posix_spawn_file_actions_adddup2(&actions, writing, 1)
    posix_spawn_file_actions_adddup2(&actions, writing, 2)
    var none = sigset_t()
    var all = sigset_t()
    sigemptyset(&none)
    sigfillset(&all)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setsigdefault(&attributes, &all)
    posix_spawnattr_setflags(
      &attributes, Int16(POSIX_SPAWN_SETSIGMASK) | Int16(POSIX_SPAWN_SETSIGDEF))
    // A clean environment: no PG* variable and no locale of ours reaches the cluster.
    let environment = ["LC_ALL=C", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "TZ=UTC"]
    var argv = ([executable] + arguments).map { strdup($0) } + [nil]
    var envp = environment.map { strdup($0) } + [nil]
    defer { for text in argv + envp { free(text) } }
    var pid: pid_t = 0
    let code = posix_spawn(&pid, executable, &actions, &attributes, &argv, &envp)
    guard code == 0 else {
      throw PostgresSupervisorError("can't run \(executable): \(String(cString: strerror(code)))")
    }
    return pid
  }

  private func pipe() throws(PostgresSupervisorError) -> (read: Int32, write: Int32) {
    var ends: [Int32] = [0, 0]
    #if canImport(Glibc)
      let code = Glibc.pipe(&ends)
    #else
      let code = Darwin.pipe(&ends)
    #endif
    guard code == 0 else {
      throw PostgresSupervisorError("can't make a pipe: \(String(cString: strerror(errno)))")
    }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    return (ends[0], ends[1])
  }
}
