// swift-tools-version: 6.2
import PackageDescription

/// What every room is built with.
let everyRoom: [SwiftSetting] = [
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

/// A room that touches no C: strict memory safety, and nothing in it is unsafe.
func room(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .target(
    name: name, dependencies: dependencies, swiftSettings: everyRoom + [.strictMemorySafety()])
}

/// A room that wraps a C library.
func wrapper(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: everyRoom)
}

func library(_ name: String, pkgConfig: String?, debian: String) -> Target {
  .systemLibrary(name: name, pkgConfig: pkgConfig, providers: [.apt([debian])])
}

func tests(_ room: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .testTarget(
    name: room + "Tests", dependencies: [.byName(name: room)] + dependencies,
    swiftSettings: everyRoom)
}

let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let metrics: Target.Dependency = .product(name: "Metrics", package: "swift-metrics")
let coreMetrics: Target.Dependency = .product(name: "CoreMetrics", package: "swift-metrics")
let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")

let package = Package(
  name: "workflow-history",
  platforms: [.macOS("26.0")],
  products: [
    .executable(name: "workflow-history", targets: ["workflow-history"]),
    .library(name: "WorkflowHistoryClient", targets: ["WorkflowHistoryClient"]),
    .library(name: "WorkflowHistoryRecorder", targets: ["WorkflowHistoryRecorder"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    .package(url: "https://github.com/apple/swift-certificates", from: "1.21.1"),
    .package(url: "https://github.com/apple/swift-asn1", from: "1.7.0"),
    .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0", traits: []),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
    .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
    .package(url: "https://github.com/vapor/jwt-kit", from: "5.7.1"),
  ],
  targets: [
    library("CLibuv", pkgConfig: "libuv", debian: "libuv1-dev"),
    library("COpenSSL", pkgConfig: "openssl", debian: "libssl-dev"),
    library("CNghttp2", pkgConfig: "libnghttp2", debian: "libnghttp2-dev"),
    // It has no pkg-config file.
    library("CHTTPParser", pkgConfig: nil, debian: "libhttp-parser-dev"),
    library("CProtobufC", pkgConfig: "libprotobuf-c", debian: "libprotobuf-c-dev"),
    library("CZlib", pkgConfig: "zlib", debian: "zlib1g-dev"),
    library("CLibpq", pkgConfig: "libpq", debian: "libpq-dev"),
    .target(name: "CGoogleProtos", dependencies: ["CProtobufC"]),
    .target(name: "CGRPCProtos", dependencies: ["CProtobufC"]),
    .target(name: "CConsole", exclude: ["assets"]),
    .target(name: "CWorkflowHistoryProtos", dependencies: ["CGoogleProtos", "CProtobufC"]),

    room("TextEncoding"),
    room("JSON"),
    wrapper("Reactor", ["CLibuv"]),
    wrapper("TLS", ["COpenSSL"]),
    wrapper("HTTP2", ["CNghttp2"]),
    wrapper("HTTP1", ["CHTTPParser"]),
    wrapper("Compression", ["CZlib"]),
    wrapper("ProtobufMessages", ["CProtobufC", "CGoogleProtos"]),
    room("ProtobufJSON", ["ProtobufMessages", "JSON", "TextEncoding"]),
    room("HTTPRouting", ["ProtobufJSON", "ProtobufMessages", "JSON"]),
    wrapper("Postgres", ["CLibpq", "Reactor"]),
    wrapper("PrivateFiles", []),
    wrapper("PostgresSupervisor", ["PrivateFiles", logging]),

    room("RPC", ["ProtobufMessages", "Compression", "TextEncoding"]),
    wrapper("GRPCMessages", ["ProtobufMessages", "CProtobufC", "CGRPCProtos"]),
    room("GRPCServices", ["RPC", "GRPCMessages", "ProtobufMessages"]),
    room("PrometheusMetrics", ["TextEncoding", coreMetrics]),
    room("Telemetry", ["RPC", "ProtobufMessages", metrics]),
    room(
      "HTTPGateway",
      [
        "RPC", "HTTPRouting", "ProtobufJSON", "ProtobufMessages", "Compression", "TextEncoding",
      ]),
    wrapper("Console", ["CConsole", "HTTPGateway", "RPC", crypto]),
    room(
      "RPCServer",
      [
        "RPC", "HTTPGateway", "ProtobufMessages", "HTTP1", "HTTP2", "TLS", "Reactor",
        "TextEncoding", logging, metrics,
      ]),
    room("RPCClient", ["RPC", "ProtobufMessages", "HTTP2", "TLS", "Reactor"]),
    room(
      "Identity",
      ["PrivateFiles", "TextEncoding", .product(name: "JWTKit", package: "jwt-kit"), crypto]),
    room(
      "DevelopmentCertificates",
      [
        "PrivateFiles", .product(name: "X509", package: "swift-certificates"),
        .product(name: "SwiftASN1", package: "swift-asn1"), crypto,
      ]),
    room("Sealing", ["PrivateFiles", "TextEncoding", crypto]),

    room("WorkflowHistory", ["JSON", "TextEncoding"]),
    room("PatternLearning", ["WorkflowHistory", "JSON"]),
    room("ArchiveFiles", ["WorkflowHistory", "JSON", "TextEncoding"]),
    wrapper(
      "WorkflowHistoryMessages",
      [
        "WorkflowHistory", "PatternLearning", "ProtobufMessages", "CProtobufC", "CGoogleProtos",
        "CWorkflowHistoryProtos",
      ]),
    room(
      "WorkflowsREST",
      [
        "HTTPGateway", "HTTPRouting", "ProtobufJSON", "ProtobufMessages", "JSON", "RPC",
        "WorkflowHistory", "WorkflowHistoryMessages",
      ]),
    room(
      "PostgresHistoryStore",
      [
        "WorkflowHistory", "PatternLearning", "Postgres", "Reactor", "Sealing", "TextEncoding",
        "JSON", crypto, logging, metrics,
      ]),
    room(
      "WorkflowHistoryService",
      [
        "WorkflowHistory", "PatternLearning", "WorkflowHistoryMessages", "ProtobufMessages", "RPC",
        "Telemetry", "Identity", logging, metrics,
      ]),
    room(
      "WorkflowHistoryClient",
      [
        "WorkflowHistory", "WorkflowHistoryMessages", "ProtobufMessages", "RPC", "RPCClient",
        "Reactor",
      ]),
    room(
      "WorkflowHistoryRecorder",
      [
        "WorkflowHistory", "WorkflowHistoryMessages", "WorkflowHistoryClient", "ProtobufMessages",
        "RPC", "RPCClient", "Compression", "PrivateFiles", logging,
      ]),
    .executableTarget(
      name: "workflow-history",
      dependencies: [
        "RPCServer", "RPCClient", "GRPCServices", "GRPCMessages", "WorkflowHistoryService",
        "WorkflowHistoryClient", "WorkflowHistoryMessages", "WorkflowHistory", "PatternLearning",
        "PostgresHistoryStore", "PostgresSupervisor", "Postgres", "Identity",
        "DevelopmentCertificates", "Sealing", "PrivateFiles", "TLS", "Reactor", "RPC",
        "ProtobufMessages", "ProtobufJSON", "HTTPRouting", "HTTPGateway", "WorkflowsREST",
        "Console", "ArchiveFiles", "JSON", "PrometheusMetrics", "Telemetry", "Compression", logging,
        metrics,
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Configuration", package: "swift-configuration"),
        .product(name: "SystemPackage", package: "swift-system"),
      ],
      swiftSettings: everyRoom),

    .target(name: "FileTesting", path: "Tests/FileTesting", swiftSettings: everyRoom),
    .target(
      name: "PostgresTesting", dependencies: ["Postgres", "Reactor"],
      path: "Tests/PostgresTesting", swiftSettings: everyRoom),
    .target(
      name: "RPCTesting",
      dependencies: ["RPC", "RPCServer", "RPCClient", "HTTP2", "TLS", "Reactor", logging],
      path: "Tests/RPCTesting", swiftSettings: everyRoom),
    .target(
      name: "WorkflowHistoryTesting", dependencies: ["WorkflowHistory", "PatternLearning"],
      path: "Tests/WorkflowHistoryTesting", swiftSettings: everyRoom),
    tests("Reactor"), tests("TLS", ["COpenSSL"]), tests("HTTP2"), tests("HTTP1"),
    tests("Compression"),
    tests("ProtobufMessages"),
    tests("HTTPRouting", ["WorkflowHistoryMessages", "ProtobufJSON", "ProtobufMessages"]),
    tests("ProtobufJSON", ["WorkflowHistoryMessages", "ProtobufMessages"]),
    tests("Postgres", ["PostgresTesting", "Reactor"]),
    // A server in a process of its own, for the supervisor's tests to kill.
    .executableTarget(
      name: "private-postgres", dependencies: ["PostgresSupervisor", logging],
      path: "Tests/Support/private-postgres", swiftSettings: everyRoom),
    tests("PostgresSupervisor", ["private-postgres", logging]),
    tests("RPC", ["RPCTesting", "Compression"]),
    // A server of gRPC's interop cases, for stock clients to be tried on.
    .executableTarget(
      name: "interop-server",
      dependencies: [
        "RPCServer", "RPC", "ProtobufMessages", "TLS", "Reactor", logging,
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      path: "Tests/Conformance/interop-server", swiftSettings: everyRoom + [.strictMemorySafety()]),
    // A server of nothing but calls, for scripts/bench.
    .executableTarget(
      name: "echo-server",
      dependencies: [
        "RPCServer", "RPC", "WorkflowHistoryService", "Telemetry", "Identity", "ProtobufMessages",
        "CGoogleProtos", "CProtobufC", "TLS", "Reactor", logging,
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      path: "Tests/Benchmarks/echo-server", swiftSettings: everyRoom),
    tests("RPCServer", ["RPCTesting", "Compression", "HTTPGateway"]),
    tests("Console", ["HTTPGateway", "RPC"]),
    tests(
      "HTTPGateway",
      [
        "HTTPRouting", "ProtobufJSON", "ProtobufMessages", "RPC", "Compression",
        "WorkflowHistoryMessages",
      ]),
    tests(
      "WorkflowsREST",
      [
        "HTTPGateway", "HTTPRouting", "ProtobufJSON", "ProtobufMessages", "RPC", "WorkflowHistory",
        "WorkflowHistoryMessages",
      ]),
    tests("RPCClient", ["RPCTesting", "RPCServer"]),
    tests("PrometheusMetrics", [metrics]),
    tests(
      "Telemetry",
      [
        "RPCTesting", "RPC", "ProtobufMessages", "PrometheusMetrics",
        .product(name: "MetricsTestKit", package: "swift-metrics"),
      ]),
    tests("GRPCMessages"), tests("GRPCServices", ["WorkflowHistoryMessages"]),
    tests("Identity", ["FileTesting", "TextEncoding", crypto]),
    tests("DevelopmentCertificates", ["FileTesting"]), tests("PrivateFiles", ["FileTesting"]),
    tests("Sealing"), tests("TextEncoding"), tests("JSON"),
    tests("WorkflowHistory", ["JSON"]), tests("PatternLearning", ["WorkflowHistory"]),
    tests("ArchiveFiles", ["WorkflowHistory"]),
    tests("WorkflowHistoryMessages", ["PatternLearning", "CGoogleProtos"]),
    tests(
      "PostgresHistoryStore",
      [
        "PostgresTesting", "Postgres", "Reactor", "WorkflowHistory", "PatternLearning", "Sealing",
        crypto, logging, .product(name: "MetricsTestKit", package: "swift-metrics"),
      ]),
    tests(
      "WorkflowHistoryService",
      ["WorkflowHistoryTesting", "PatternLearning", "RPCTesting", logging]),
    tests(
      "WorkflowHistoryClient",
      [
        "RPCTesting", "RPCServer", "WorkflowHistoryService", "WorkflowHistoryTesting",
        "PatternLearning",
      ]),
    // An executor in a process of its own, to be killed while it records its runs.
    .executableTarget(
      name: "recording-executor",
      dependencies: ["WorkflowHistoryRecorder", "WorkflowHistoryClient", "RPCClient", "Reactor"],
      path: "Tests/Support/recording-executor", swiftSettings: everyRoom + [.strictMemorySafety()]),
    tests(
      "WorkflowHistoryRecorder",
      [
        "FileTesting", "PostgresTesting", "RPCTesting", "RPCServer", "WorkflowHistoryService",
        "PostgresHistoryStore", logging,
      ]),
    .testTarget(
      name: "WorkflowHistoryCommandTests",
      dependencies: [
        "FileTesting", "workflow-history", "WorkflowHistory", "PatternLearning", "RPC",
        "ProtobufMessages", "Reactor",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: everyRoom),
    .testTarget(name: "ArchitectureTests", swiftSettings: everyRoom),
    .target(
      name: "FuzzTargets",
      dependencies: [
        "HTTP2", "HTTP1", "RPC", "ProtobufMessages", "ProtobufJSON", "JSON",
        "WorkflowHistoryMessages",
        "WorkflowHistory", "PostgresHistoryStore", "Identity", crypto,
      ],
      path: "Tests/Fuzz/FuzzTargets", swiftSettings: everyRoom),
    .testTarget(name: "FuzzTests", dependencies: ["FuzzTargets"], swiftSettings: everyRoom),
  ],
  swiftLanguageModes: [.v6]
)

// The fuzzer, for scripts/fuzz alone: without libFuzzer's `main` it does not link.
if Context.environment["WORKFLOW_HISTORY_FUZZING"] != nil {
  package.targets.append(
    .executableTarget(
      name: "fuzz", dependencies: ["FuzzTargets"], path: "Tests/Fuzz/Driver",
      swiftSettings: everyRoom + [.unsafeFlags(["-parse-as-library"])]))
}
