import Foundation
import PackagePlugin

/// Makes the messages and the client of every file of the repository's Protos/.
@main
struct GenerateFromProtos: BuildToolPlugin {
  func createBuildCommands(context: PluginContext, target: any Target) throws -> [Command] {
    let root = context.package.directoryURL.appending(path: "../../../Protos").standardizedFileURL
    let folder = root.appending(path: "workflow_history/v1")
    let protos = try FileManager.default
      .contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
      .filter { $0.pathExtension == "proto" }
      .sorted { $0.path < $1.path }

    let made = context.pluginWorkDirectoryURL
    let names = protos.map { "workflow_history_v1_\($0.deletingPathExtension().lastPathComponent)" }
    let messages = try context.tool(named: "protoc-gen-swift").url
    let calls = try context.tool(named: "protoc-gen-grpc-swift-2").url
    return [
      .buildCommand(
        displayName: "Generating Swift from Protos/",
        executable: URL(filePath: "/usr/bin/env"),
        arguments: [
          "protoc", "--proto_path=\(root.path)",
          "--plugin=protoc-gen-swift=\(messages.path)",
          "--swift_out=\(made.path)", "--swift_opt=FileNaming=PathToUnderscores",
          "--plugin=protoc-gen-grpc-swift=\(calls.path)",
          "--grpc-swift_out=\(made.path)", "--grpc-swift_opt=FileNaming=PathToUnderscores",
          "--grpc-swift_opt=Server=false",
        ] + protos.map(\.path),
        inputFiles: protos + [messages, calls],
        outputFiles: names.flatMap { name in
          ["pb", "grpc"].map { made.appending(path: "\(name).\($0).swift") }
        })
    ]
  }
}
