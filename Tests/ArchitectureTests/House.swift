/// The rooms, from the ground up: a room may import only rooms that stand above its own line, so
/// there is no cycle. Package.swift and every `import` under Sources are held to this table.
///
/// `rooms` are ours, `c` are C modules (each C library has one room), `packages` are products of
/// other packages, `system` are modules of the toolchain beyond the standard library (`libc` is
/// what each platform names otherwise).
let house: [Room] = [
  Room("CLibuv", .systemLibrary),
  Room("COpenSSL", .systemLibrary),
  Room("CNghttp2", .systemLibrary),
  Room("CHTTPParser", .systemLibrary),
  Room("CProtobufC", .systemLibrary),
  Room("CZlib", .systemLibrary),
  Room("CLibpq", .systemLibrary),
  Room("CGoogleProtos", .generated, c: ["CProtobufC"]),
  Room("CGRPCProtos", .generated, c: ["CProtobufC"]),
  Room("CConsole", .embedded),
  Room("CWorkflowHistoryProtos", .generated, c: ["CGoogleProtos", "CProtobufC"]),

  // Bytes as text, and the text that JSON is.
  Room("TextEncoding", .safe),
  Room("JSON", .safe),

  // Each wraps one C library, or the operating system, behind a safe interface.
  Room("Reactor", .wrapper, c: ["CLibuv"], system: ["libc", "Synchronization"]),
  Room("TLS", .wrapper, c: ["COpenSSL"], system: ["Synchronization"]),
  Room("HTTP2", .wrapper, c: ["CNghttp2"]),
  Room("HTTP1", .wrapper, c: ["CHTTPParser"]),
  Room("Compression", .wrapper, c: ["CZlib"]),
  Room("ProtobufMessages", .wrapper, c: ["CProtobufC", "CGoogleProtos"]),
  Room("ProtobufJSON", .safe, rooms: ["ProtobufMessages", "JSON", "TextEncoding"]),
  Room("HTTPRouting", .safe, rooms: ["ProtobufJSON", "ProtobufMessages", "JSON"]),
  Room("Postgres", .wrapper, rooms: ["Reactor"], c: ["CLibpq"], system: ["Dispatch"]),
  Room("PrivateFiles", .wrapper, system: ["libc", "Synchronization"]),
  Room(
    "PostgresSupervisor", .wrapper, rooms: ["PrivateFiles"], packages: ["Logging"],
    system: ["libc", "Foundation", "Dispatch"]),

  // gRPC: the protocol, its two sides over HTTP/2, and the services that every server has.
  Room("RPC", .safe, rooms: ["ProtobufMessages", "Compression", "TextEncoding"]),
  Room(
    "PrometheusMetrics", .safe, rooms: ["TextEncoding"], packages: ["CoreMetrics"],
    system: ["Synchronization"]),
  Room(
    "Telemetry", .safe, rooms: ["RPC", "ProtobufMessages"], packages: ["Metrics"]),
  Room(
    "HTTPGateway", .safe,
    rooms: [
      "RPC", "HTTPRouting", "ProtobufJSON", "ProtobufMessages", "Compression", "TextEncoding",
    ]),
  Room("Console", .wrapper, rooms: ["HTTPGateway", "RPC"], c: ["CConsole"], packages: ["Crypto"]),
  Room(
    "RPCServer", .safe,
    rooms: [
      "RPC", "HTTPGateway", "ProtobufMessages", "HTTP1", "HTTP2", "TLS", "Reactor", "TextEncoding",
    ],
    packages: ["Logging", "Metrics"], system: ["Synchronization"]),
  Room("RPCClient", .safe, rooms: ["RPC", "ProtobufMessages", "HTTP2", "TLS", "Reactor"]),
  Room(
    "GRPCMessages", .wrapper, rooms: ["ProtobufMessages"], c: ["CProtobufC", "CGRPCProtos"]),
  Room("GRPCServices", .safe, rooms: ["RPC", "GRPCMessages", "ProtobufMessages"]),

  // Who is calling, and over what certificate.
  Room(
    "Identity", .safe, rooms: ["PrivateFiles", "TextEncoding"], packages: ["JWTKit", "Crypto"],
    system: ["Foundation", "Synchronization"]),
  Room(
    "DevelopmentCertificates", .safe, rooms: ["PrivateFiles"],
    packages: ["X509", "SwiftASN1", "Crypto"], system: ["Foundation"]),

  // What is kept sealed, and under which keys.
  Room(
    "Sealing", .safe, rooms: ["PrivateFiles", "TextEncoding"], packages: ["Crypto"],
    system: ["Foundation"]),

  // The domain and what stands around it.
  Room("WorkflowHistory", .safe, rooms: ["JSON", "TextEncoding"]),
  Room("PatternLearning", .safe, rooms: ["WorkflowHistory", "JSON"], system: ["libc"]),
  Room("ArchiveFiles", .safe, rooms: ["WorkflowHistory", "JSON", "TextEncoding"]),
  Room(
    "WorkflowHistoryMessages", .wrapper,
    rooms: ["WorkflowHistory", "PatternLearning", "ProtobufMessages"],
    c: ["CProtobufC", "CGoogleProtos", "CWorkflowHistoryProtos"]),
  Room(
    "WorkflowsREST", .safe,
    rooms: [
      "HTTPGateway", "HTTPRouting", "ProtobufJSON", "ProtobufMessages", "JSON", "RPC",
      "WorkflowHistory", "WorkflowHistoryMessages",
    ]),
  Room(
    "PostgresHistoryStore", .safe,
    rooms: [
      "WorkflowHistory", "PatternLearning", "Postgres", "Reactor", "Sealing", "TextEncoding",
      "JSON",
    ],
    packages: ["Crypto", "Logging", "Metrics"], system: ["Synchronization"]),
  Room(
    "WorkflowHistoryService", .safe,
    rooms: [
      "WorkflowHistory", "PatternLearning", "WorkflowHistoryMessages", "ProtobufMessages", "RPC",
      "Telemetry", "Identity",
    ], packages: ["Logging", "Metrics"], system: ["Synchronization"]),
  Room(
    "WorkflowHistoryClient", .safe,
    rooms: [
      "WorkflowHistory", "WorkflowHistoryMessages", "ProtobufMessages", "RPC", "RPCClient",
      "Reactor",
    ], system: ["Foundation", "Synchronization"]),
  Room(
    "WorkflowHistoryRecorder", .safe,
    rooms: [
      "WorkflowHistory", "WorkflowHistoryMessages", "WorkflowHistoryClient", "ProtobufMessages",
      "RPC", "RPCClient", "Compression", "PrivateFiles",
    ], packages: ["Logging"], system: ["Foundation", "Synchronization", "Dispatch"]),

  // The executable puts the rooms together.
  Room(
    "workflow-history", .executable,
    rooms: [
      "RPCServer", "RPCClient", "GRPCServices", "GRPCMessages", "WorkflowHistoryService",
      "WorkflowHistoryClient", "WorkflowHistoryMessages", "WorkflowHistory", "PatternLearning",
      "PostgresHistoryStore", "ArchiveFiles",
      "PostgresSupervisor", "Postgres", "Identity", "DevelopmentCertificates", "Sealing",
      "PrivateFiles", "TLS", "Reactor", "RPC", "ProtobufMessages", "ProtobufJSON",
      "HTTPRouting", "HTTPGateway", "WorkflowsREST", "Console", "JSON", "PrometheusMetrics",
      "Telemetry", "Compression",
    ],
    packages: ["Logging", "Metrics", "ArgumentParser", "Configuration", "SystemPackage"],
    system: ["Foundation", "Synchronization", "Dispatch"]),
]

/// The only rooms that may import each C module. All others are strangers to it.
let importersOfC: [String: Set<String>] = [
  "CLibuv": ["Reactor"],
  "COpenSSL": ["TLS"],
  "CNghttp2": ["HTTP2"],
  "CHTTPParser": ["HTTP1"],
  "CZlib": ["Compression"],
  "CLibpq": ["Postgres"],
  "CConsole": ["Console"],
  "CProtobufC": [
    "CGoogleProtos", "CGRPCProtos", "CWorkflowHistoryProtos", "ProtobufMessages", "GRPCMessages",
    "WorkflowHistoryMessages",
  ],
  "CGRPCProtos": ["GRPCMessages"],
  "CGoogleProtos": ["CWorkflowHistoryProtos", "ProtobufMessages", "WorkflowHistoryMessages"],
  "CWorkflowHistoryProtos": ["WorkflowHistoryMessages"],
]

/// One module under Sources.
struct Room: CustomStringConvertible, Sendable {
  enum Kind: Sendable {
    /// A module map and a shim over a library of the system.
    case systemLibrary
    /// C code that scripts/generate-protos wrote.
    case generated
    /// Files that the program carries, as C that embeds them.
    case embedded
    /// May be unsafe inside; its public interface is safe.
    case wrapper
    /// Strict memory safety, and no `unsafe` in it.
    case safe
    case executable
  }

  let name: String
  let kind: Kind
  let rooms: Set<String>
  let c: Set<String>
  let packages: Set<String>
  let system: Set<String>

  init(
    _ name: String, _ kind: Kind, rooms: Set<String> = [], c: Set<String> = [],
    packages: Set<String> = [], system: Set<String> = []
  ) {
    self.name = name
    self.kind = kind
    self.rooms = rooms
    self.c = c
    self.packages = packages
    self.system = system
  }

  var description: String { name }
  /// What Package.swift says that it depends on.
  var dependencies: Set<String> { rooms.union(c).union(packages) }
  /// What its files may import.
  var imports: Set<String> { dependencies.union(system) }
  var isSwift: Bool { ![.systemLibrary, .generated, .embedded].contains(kind) }
}
