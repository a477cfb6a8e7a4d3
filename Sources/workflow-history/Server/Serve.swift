import ArgumentParser
import Foundation
import Logging
import PrometheusMetrics
import Reactor

/// Serves until it is told to stop.
struct Serve: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Serves the history over gRPC, until SIGTERM or Ctrl-C.",
    discussion: """
      Without --database it keeps a private Postgres in the data directory; without --tls-cert it \
      makes a development certificate there, whose authority is DIR/tls/ca.pem; without \
      --jwt-secret-file and --jwt-jwks-file it makes a token secret, DIR/jwt/secret. Keys, \
      revocations and certificates are read anew when their files change, and on SIGHUP.
      """)

  @OptionGroup var dataDirectory: DataDirectory

  @Option(
    help: ArgumentHelp(
      "Where to listen with TLS, as HOST:PORT or [IPV6]:PORT; port 0 takes a free one.",
      valueName: "address"))
  var listen = ListenAddress(host: "127.0.0.1", port: 50_051)

  @Option(help: "The Unix socket to listen on, with TLS or without. Default: DIR/server.sock.")
  var unix: String?

  @Option(
    help: ArgumentHelp(
      "Where to listen without TLS: for networks that are trusted.", valueName: "address"))
  var insecureListen: ListenAddress?

  @Option(help: "A Postgres to use instead of the private one: a libpq connection string or URI.")
  var database: String?

  @OptionGroup var retention: RetentionOptions

  @OptionGroup var payloadKeys: PayloadKeyOptions

  @Option(
    help: """
      How long the change log is kept, also when all that read it have read it: 7d, 12h. It is \
      dropped by the day.
      """)
  var changeLogRetain = TimeSpan(.seconds(7 * 86_400))

  @Option(
    help: """
      Replicas of it that take the reads while there are any: a libpq connection string or \
      URI.
      """)
  var readDatabase: String?

  @Option(
    help: """
      Whether statements are prepared in its sessions: on or off. Off is for PgBouncer in \
      transaction mode.
      """)
  var databasePreparedStatements = Switch.on

  @OptionGroup(title: "Tokens") var authentication: AuthenticationOptions

  @OptionGroup(title: "Certificates and peers") var transport: TransportOptions

  @Option(
    help: "Who may ask what the methods are (gRPC reflection): open, authenticated or off.")
  var reflection = Access.open

  @Option(
    help: ArgumentHelp(
      """
      Who may read the figures of the server at /metrics: open, authenticated (a token with the scope \
      metrics:read or history:any), or off.
      """))
  var metrics = Access.authenticated

  @Option(help: "Whether the console, pages to look at history, is served at /: on or off.")
  var console = Switch.on

  @Option(help: "How many event loops, each on a thread of its own. Default: the number of cores.")
  var loops: Int?

  @Option(
    help: "How often changes are folded into the rollups that statistics are read from.")
  var foldInterval = TimeSpan(.seconds(1))

  @Option(
    help: "How often it is learned what executions teach that have ended; 0 is never.")
  var learnInterval = Interval(.seconds(60))

  @OptionGroup(title: "Limits") var limits: LimitOptions

  @Option(
    help: ArgumentHelp(
      """
      A file that is given a line of JSON for each write, and for each call that is refused: who, what, \
      on whose data, with what outcome. It is opened anew on SIGHUP.
      """, valueName: "file"))
  var auditLog: String?

  @OptionGroup(title: "Log") var logs: LogOptions

  @OptionGroup(title: "Configuration") var settings: ConfigurationOptions

  func validate() throws {
    guard readDatabase == nil || database != nil else {
      throw ValidationError("--read-database goes with --database: the private one has no replica")
    }
    guard changeLogRetain.duration >= .seconds(3600) else {
      throw ValidationError("--change-log-retain takes an hour or more")
    }
    guard (1...1024).contains(loops ?? 1) else {
      throw ValidationError("--loops takes 1 to 1024")
    }
    try limits.validate()
  }

  func run() async throws {
    ignoreBrokenPipes()
    let log = logs.bootstrap()
    let figures = metrics == .off ? nil : MetricsRegistry.ofProcess()
    let server = HistoryServer(
      options: self, figures: figures, logger: Logger(label: "workflow-history"))
    try await reporting {
      // What was logged comes before what went wrong.
      defer { log.flush(within: .seconds(1)) }
      do {
        try await server.open()
      } catch {
        await server.close()
        throw error
      }
      await server.untilAskedToStop()
      await server.close()
    }
  }

  /// Serves with the settings that flags, the environment and a file give, or tells what they are.
  static func run(flags: [String], environment: [String: String]) async throws {
    do {
      let given = try await GivenSettings.read(flags: flags, environment: environment)
      let serve = try given.command()
      guard serve.settings.isChecked else { return try await serve.run() }
      let problems = await serve.problems(given.origins)
      try printAnswer(
        ConfigurationAnswer(serve, origins: given.origins, problems: problems),
        asJSON: serve.settings.json)
      guard problems.isEmpty else { throw ConfigurationError(problems: problems) }
    } catch let error as ConfigurationError {
      for problem in error.problems { _ = fail(problem) }
      throw ExitCode.failure
    }
  }

  /// The path of the Unix socket.
  var unixPath: String { unix ?? dataDirectory.path + "/server.sock" }

  /// How many loops there are.
  var loopCount: Int { loops ?? ProcessInfo.processInfo.activeProcessorCount }
}
