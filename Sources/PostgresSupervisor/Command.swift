internal import Dispatch
internal import Foundation

#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// A program to run.
///
/// posix_spawn and not Foundation's Process: the child starts with an empty signal mask, default
/// signals and no descriptor of ours, whatever the server has set or opened for itself.
struct Command: Sendable {
  var executable: String
  var arguments: [String]
  /// What the program reads; small enough for a socket's buffer (4 KiB).
  var input: [UInt8] = []
  /// A descriptor that the program, and all that it starts, keeps open (as its number 3).
  var kept: Int32?

  struct Result: Sendable {
    /// The exit status, or 128 and the signal that ended it.
    var status: Int32
    /// Standard output and standard error, together.
    var output: String
  }

  init(_ executable: String, _ arguments: [String]) {
    self.executable = executable
    self.arguments = arguments
  }

  /// Runs the program to its end; the waiting blocks a thread of its own.
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

  /// Starts the program in a session of its own, so that a terminal's signals pass it by.
  /// - Parameter output: where its standard output and standard error go.
  /// - Returns: its process id; the caller reaps it.
  func start(output: Int32) throws(PostgresSupervisorError) -> pid_t {
    let nothing = open("/dev/null", O_RDONLY | O_CLOEXEC)
    defer { close(nothing) }
    return try spawn(reading: nothing, writing: output, isLeader: true)
  }

  private func runBlocking() throws(PostgresSupervisorError) -> Result {
    let (ours, its) = try socketPair()
    defer { close(ours) }
    let pid: pid_t
    do {
      defer { close(its) }
      // Sent while we hold the other end, so that no SIGPIPE can come of it.
      _ = input.withUnsafeBytes { send(ours, $0.baseAddress, $0.count, 0) }
      shutdown(ours, Int32(SHUT_WR))
      pid = try spawn(reading: its, writing: its, isLeader: false)
    }
    var output: [UInt8] = []
    var block = [UInt8](repeating: 0, count: 4096)
    while true {
      let count = read(ours, &block, block.count)
      if count > 0 { output += block[..<count] }
      if count == 0 || count < 0 && errno != EINTR { break }
    }
    var status: Int32 = 0
    while waitpid(pid, &status, 0) < 0 && errno == EINTR {}
    let signal = status & 0x7f
    return Result(
      status: signal == 0 ? status >> 8 & 0xff : 128 + signal,
      output: String(decoding: output, as: UTF8.self))
  }

  private func spawn(
    reading: Int32, writing: Int32, isLeader: Bool
  ) throws(PostgresSupervisorError) -> pid_t {
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
    if let kept { posix_spawn_file_actions_adddup2(&actions, kept, 3) }
    var flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF
    if isLeader { flags |= Self.newSession }
    #if canImport(Glibc)
      // All of ours are closed on exec; this is for what a library may have forgotten. A port that
      // Postgres inherits would stay taken after the server's death.
      let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []
      for descriptor in names.compactMap({ Int32($0) }) where descriptor > (kept == nil ? 2 : 3) {
        posix_spawn_file_actions_addclose(&actions, descriptor)
      }
    #else
      flags |= POSIX_SPAWN_CLOEXEC_DEFAULT
    #endif
    var none = sigset_t()
    var all = sigset_t()
    sigemptyset(&none)
    sigfillset(&all)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setsigdefault(&attributes, &all)
    posix_spawnattr_setflags(&attributes, Int16(flags))
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

  #if canImport(Glibc)
    /// POSIX_SPAWN_SETSID, which Swift's module of glibc leaves out.
    private static let newSession: Int32 = 0x80
  #else
    private static let newSession = POSIX_SPAWN_SETSID
  #endif

  /// A pair and not two pipes, since on Linux it can be made closed on exec in one step: another
  /// thread's child that inherited an end would keep us reading for as long as it lives.
  private func socketPair() throws(PostgresSupervisorError) -> (ours: Int32, its: Int32) {
    var ends: [Int32] = [0, 0]
    #if canImport(Glibc)
      let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
    #else
      let kind = SOCK_STREAM
    #endif
    guard socketpair(AF_UNIX, kind, 0, &ends) == 0 else {
      throw PostgresSupervisorError("can't make sockets: \(String(cString: strerror(errno)))")
    }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    return (ends[0], ends[1])
  }
}
