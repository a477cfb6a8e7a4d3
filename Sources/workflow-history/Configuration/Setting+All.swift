import Identity
import Postgres

extension Setting {
  /// The settings of `serve`, in the order in which they are shown.
  static let all: [Setting] = [
    Setting("data-dir", optional: \.dataDirectory.named, otherwise: { [$0.dataDirectory.path] }),
    Setting("listen", \.listen),
    Setting("unix", optional: \.unix, otherwise: { [$0.unixPath] }),
    Setting("insecure-listen", optional: \.insecureListen),
    Setting(
      "database", optional: \.database,
      otherwise: { ["a private Postgres in \($0.dataDirectory.path)"] }, shown: redacted),
    Setting("retain", list: \.retention.rules),
    Setting("change-log-retain", \.changeLogRetain),
    Setting("payload-key-file", optional: \.payloadKeys.file),
    Setting("read-database", optional: \.readDatabase, shown: redacted),
    Setting("database-prepared-statements", \.databasePreparedStatements),
    Setting(
      "jwt-secret-file", list: \.authentication.secretFiles,
      inForce: { $0.authentication.files(secret: $0.dataDirectory.tokenSecret).secrets }),
    Setting("jwt-jwks-file", optional: \.authentication.jwksFile),
    Setting("jwt-revocations-file", optional: \.authentication.revocationsFile),
    Setting("jwt-issuer", optional: \.authentication.issuer),
    Setting("jwt-audience", optional: \.authentication.audience),
    Setting("jwt-leeway", optional: \.authentication.leeway),
    Setting(
      "tls-cert", optional: \.transport.tlsCert,
      otherwise: { [$0.dataDirectory.tlsDirectory + "/server.pem"] }),
    Setting(
      "tls-key", optional: \.transport.tlsKey,
      otherwise: { [$0.dataDirectory.tlsDirectory + "/server.key"] }),
    Setting("tls-client-ca", optional: \.transport.clientAuthorities),
    Setting("tls-client-certificates", \.transport.demand),
    Setting("tls-client-identities", optional: \.transport.identitiesFile),
    Setting("unix-mode", \.transport.unixMode),
    Setting("unix-allow-uid", list: \.transport.unixUserIDs),
    Setting("audit-log", optional: \.auditLog),
    Setting("reflection", \.reflection),
    Setting("console", \.console),
    Setting("metrics", \.metrics),
    Setting("fold-interval", \.foldInterval),
    Setting("learn-interval", \.learnInterval),
    Setting("loops", optional: \.loops, otherwise: { [String($0.loopCount)] }),
    Setting("log-level", \.logs.level),
    Setting("log-format", \.logs.format),
    Setting("max-connections", \.limits.maxConnections),
    Setting("max-streams", \.limits.maxStreams),
    Setting("max-running-calls", \.limits.maxRunningCalls),
    Setting("max-message-size", \.limits.maxMessageSize),
    Setting("max-metadata-size", \.limits.maxMetadataSize),
    Setting("max-metadata-fields", \.limits.maxMetadataFields),
    Setting("max-connection-memory", \.limits.maxConnectionMemory),
    Setting("max-memory", \.limits.maxMemory),
    Setting("request-timeout", \.limits.requestTimeout),
    Setting("caller-calls-per-second", optional: \.limits.callerCallsPerSecond),
    Setting("caller-bytes-per-second", optional: \.limits.callerBytesPerSecond),
    Setting("caller-concurrent-calls", optional: \.limits.callerConcurrentCalls),
    Setting("compress-above", optional: \.limits.compressAbove),
    Setting("compress-json-above", \.limits.compressJSONAbove),
    Setting("handshake-timeout", \.limits.handshakeTimeout),
    Setting("keepalive-time", \.limits.keepaliveTime),
    Setting("keepalive-timeout", \.limits.keepaliveTimeout),
    Setting("min-ping-interval", \.limits.minPingInterval),
    Setting("max-connection-idle", optional: \.limits.maxConnectionIdle),
    Setting("max-connection-age", optional: \.limits.maxConnectionAge),
    Setting("max-connection-age-grace", \.limits.maxConnectionAgeGrace),
    Setting("stall-timeout", \.limits.stallTimeout),
    Setting("drain-grace", \.limits.drainGrace),
  ]

  /// A connection string without its secrets; nothing of one that can't be read.
  private static func redacted(_ conninfo: String) -> String {
    PostgresOptions.redacted(conninfo: conninfo) ?? "***"
  }
}
