#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// Makes writing to a connection that the peer has closed an error, where the system would end the
/// process. For the start of a program.
public func ignoreBrokenPipes() { signal(SIGPIPE, SIG_IGN) }

/// Does the same for what this thread writes, and for nothing else in the program: a loop's thread
/// may live in a program that is not ours, and that leaves the signal at its default.
func blockBrokenPipes() {
  var signals = sigset_t()
  sigemptyset(&signals)
  sigaddset(&signals, SIGPIPE)
  pthread_sigmask(SIG_BLOCK, &signals, nil)
}

/// The signals that ask a program to end: SIGTERM and SIGINT.
public let terminationSignals: [Int32] = [SIGTERM, SIGINT]
/// The signal by which a service is asked to read its files anew.
public let hangUpSignal: Int32 = SIGHUP
