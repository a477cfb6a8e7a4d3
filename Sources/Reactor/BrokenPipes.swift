#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// Makes writing to a connection that the peer has closed an error, where the system would end the
/// process. For the start of a program.
public func ignoreBrokenPipes() { signal(SIGPIPE, SIG_IGN) }

/// The signals that ask a program to end: SIGTERM and SIGINT.
public let terminationSignals: [Int32] = [SIGTERM, SIGINT]
