import ArgumentParser
import RPCServer
import TLS
import WorkflowHistoryService

/// What the server allows its clients: `serve`'s flags for it.
struct LimitOptions: ParsableArguments {
  @Option(help: "Connections that may be open; more wait until one has ended.")
  var maxConnections = 16_384

  @Option(help: "Calls that a connection may have open.")
  var maxStreams = 256

  @Option(help: "Handlers that may run for a connection, also after their calls were reset.")
  var maxRunningCalls = 512

  @Option(help: "Bytes of a request, also when it is decompressed.")
  var maxMessageSize = ByteCount(4 << 20)

  @Option(help: "Bytes of a call's metadata, 32 for each field among them.")
  var maxMetadataSize = ByteCount(32 << 10)

  @Option(help: "Fields of a call's metadata.")
  var maxMetadataFields = 128

  @Option(help: "Bytes that a connection's calls, and messages that wait, may take.")
  var maxConnectionMemory = ByteCount(64 << 20)

  @Option(help: "Bytes that those of all connections may take.")
  var maxMemory = ByteCount(1 << 30)

  @Option(
    help: """
      Compress responses of more bytes than this, for clients that take gzip. Default: \
      none.
      """)
  var compressAbove: ByteCount?

  @Option(
    name: .customLong("compress-json-above"),
    help: "Gzip JSON answers of more bytes than this, for clients that take it and bring a token.")
  var compressJSONAbove = ByteCount(1 << 10)

  @Option(help: "How long a new connection may take for TLS and its first SETTINGS.")
  var handshakeTimeout = TimeSpan(.seconds(10))

  @Option(help: "After how much silence a client is asked for a sign of life.")
  var keepaliveTime = TimeSpan(.seconds(7200))

  @Option(help: "How long it may take for that.")
  var keepaliveTimeout = TimeSpan(.seconds(20))

  @Option(help: "How often a client with calls may ping; after two more, it is told off.")
  var minPingInterval = TimeSpan(.seconds(300))

  @Option(
    help:
      "How long a connection without a call is kept. Default: for ever; five minutes by HTTP/1.1.")
  var maxConnectionIdle: TimeSpan?

  @Option(
    help: """
      How old a connection gets, give or take a tenth, before its client is asked to \
      open another. Default: any age.
      """)
  var maxConnectionAge: TimeSpan?

  @Option(help: "How long the calls of a connection that is too old may run on.")
  var maxConnectionAgeGrace = TimeSpan(.seconds(600))

  @Option(help: "How long a client may take none of what waits for it.")
  var stallTimeout = TimeSpan(.seconds(60))

  @Option(help: "How long a request may take to be complete, where it is one message.")
  var requestTimeout = TimeSpan(.seconds(60))

  @Option(help: "How long calls may run on when the server stops; 0s is not at all.")
  var drainGrace = Allowance(.seconds(10))

  @Option(help: "Calls a second that one user may make, and at once. Default: any number.")
  var callerCallsPerSecond: Int?

  @Option(
    help: "Bytes a second of requests and responses that one user may make. Default: any number.")
  var callerBytesPerSecond: ByteCount?

  @Option(help: "Calls of one user that may run at once. Default: any number.")
  var callerConcurrentCalls: Int?

  /// What one user may take.
  var ofCallers: CallerLimits {
    CallerLimits(
      callsPerSecond: callerCallsPerSecond, bytesPerSecond: callerBytesPerSecond?.bytes,
      concurrentCalls: callerConcurrentCalls)
  }

  /// Refuses what could serve nobody.
  func validate() throws {
    let counts = [
      ("--max-connections", maxConnections), ("--max-streams", maxStreams),
      ("--max-running-calls", maxRunningCalls), ("--max-metadata-fields", maxMetadataFields),
      ("--caller-calls-per-second", callerCallsPerSecond ?? 1),
      ("--caller-bytes-per-second", min(callerBytesPerSecond?.bytes ?? 1, 1_000_000)),
      ("--caller-concurrent-calls", callerConcurrentCalls ?? 1),
    ]
    for (flag, count) in counts where !(1...1_000_000).contains(count) {
      throw ValidationError("\(flag) takes 1 to 1000000")
    }
    guard maxMessageSize.bytes + maxMetadataSize.bytes < maxConnectionMemory.bytes else {
      throw ValidationError(
        "--max-connection-memory takes more than --max-message-size and --max-metadata-size")
    }
    guard maxConnectionMemory.bytes <= maxMemory.bytes else {
      throw ValidationError("--max-memory takes no less than --max-connection-memory")
    }
  }

  /// The server's configuration with these limits.
  func configuration(tls: ReloadableTLSContext) -> RPCServerConfiguration {
    var configuration = RPCServerConfiguration(tls: tls)
    configuration.maxConnections = maxConnections
    configuration.maxConcurrentCalls = maxStreams
    configuration.maxRunningCalls = maxRunningCalls
    configuration.maxMessageSize = maxMessageSize.bytes
    configuration.maxMetadataBytes = maxMetadataSize.bytes
    configuration.maxMetadataFields = maxMetadataFields
    configuration.maxConnectionMemory = maxConnectionMemory.bytes
    configuration.maxMemory = maxMemory.bytes
    configuration.compressAbove = compressAbove?.bytes
    configuration.compressJSONAbove = compressJSONAbove.bytes
    configuration.requestTimeout = requestTimeout.duration
    configuration.drainGrace = drainGrace.duration
    configuration.limits.handshakeTimeout = handshakeTimeout.duration
    configuration.limits.keepaliveTime = keepaliveTime.duration
    configuration.limits.keepaliveTimeout = keepaliveTimeout.duration
    configuration.limits.minPingInterval = minPingInterval.duration
    configuration.limits.maxIdle = maxConnectionIdle?.duration
    configuration.limits.maxAge = maxConnectionAge?.duration
    configuration.limits.ageGrace = maxConnectionAgeGrace.duration
    configuration.limits.stallTimeout = stallTimeout.duration
    return configuration
  }
}

/// A number of bytes as one types it: `4096`, `64k`, `4m`, `1g` (powers of 1024).
struct ByteCount: ExpressibleByArgument {
  let bytes: Int

  init(_ bytes: Int) { self.bytes = bytes }

  init?(argument: String) {
    let shifts: [Character: Int] = ["k": 10, "m": 20, "g": 30]
    let shift = argument.last.flatMap { shifts[$0] }
    guard let number = Int(shift == nil ? argument[...] : argument.dropLast()),
      (0...(1 << 40) >> (shift ?? 0)).contains(number)
    else { return nil }
    bytes = number << (shift ?? 0)
  }

  var defaultValueDescription: String {
    for (unit, shift) in [("g", 30), ("m", 20), ("k", 10)]
    where bytes > 0 && bytes % (1 << shift) == 0 {
      return "\(bytes >> shift)\(unit)"
    }
    return String(bytes)
  }
}
