// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "stock-swift-client",
  platforms: [.macOS("15.0")],
  dependencies: [
    .package(url: "https://github.com/grpc/grpc-swift-2", from: "2.4.3"),
    .package(url: "https://github.com/grpc/grpc-swift-nio-transport", from: "2.9.2"),
    .package(url: "https://github.com/grpc/grpc-swift-protobuf", from: "2.4.1"),
    .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0", traits: []),
  ],
  targets: [
    .executableTarget(
      name: "client",
      dependencies: [
        .product(name: "GRPCCore", package: "grpc-swift-2"),
        .product(name: "GRPCNIOTransportHTTP2Posix", package: "grpc-swift-nio-transport"),
        .product(name: "GRPCProtobuf", package: "grpc-swift-protobuf"),
        .product(name: "SwiftProtobuf", package: "swift-protobuf"),
      ],
      plugins: ["GenerateFromProtos"]),
    // grpc-swift-protobuf's own GRPCProtobufGenerator does the same, but has SwiftPM build protoc
    // from source first, which takes minutes. This one takes the protoc on the PATH.
    .plugin(
      name: "GenerateFromProtos", capability: .buildTool(),
      dependencies: [
        .product(name: "protoc-gen-swift", package: "swift-protobuf"),
        .product(name: "protoc-gen-grpc-swift-2", package: "grpc-swift-protobuf"),
      ]),
  ],
  swiftLanguageModes: [.v6]
)
