import Foundation
import Testing

@Suite("Package.swift")
struct ManifestTests {
  let manifest: Manifest

  init() throws {
    manifest = try Manifest.read()
  }

  @Test("a target depends on what the table says its room imports", arguments: house)
  func dependenciesAreTheTable(room: Room) throws {
    let target = try #require(manifest.targets.first { $0.name == room.name })
    #expect(target.dependsOn == room.dependencies)
  }

  @Test("strict memory safety is on in every room that the table calls safe", arguments: house)
  func safeRoomsAreStrict(room: Room) throws {
    let target = try #require(manifest.targets.first { $0.name == room.name })
    #expect(target.hasSetting("strictMemorySafety") == (room.kind == .safe))
  }

  @Test("warnings are errors in every Swift room", arguments: house.filter(\.isSwift))
  func warningsAreErrors(room: Room) throws {
    let target = try #require(manifest.targets.first { $0.name == room.name })
    #expect(target.hasSetting("treatAllWarnings"))
  }
}

/// What `swift package dump-package` says of Package.swift.
struct Manifest: Decodable {
  struct Target: Decodable {
    /// `{"byName": ["RPC", null]}` or `{"product": ["Logging", "swift-log", null, null]}`.
    struct Dependency: Decodable {
      let name: String

      init(from decoder: any Decoder) throws {
        let kinds = try decoder.singleValueContainer().decode([String: [Ignorable]].self)
        name = kinds.values.first?.first?.text ?? ""
      }
    }

    /// `{"kind": {"strictMemorySafety": {}}, "tool": "swift"}`.
    struct Setting: Decodable {
      let name: String

      enum Keys: String, CodingKey { case kind }

      init(from decoder: any Decoder) throws {
        let kinds = try decoder.container(keyedBy: Keys.self)
          .decode([String: Ignorable].self, forKey: .kind)
        name = kinds.keys.first ?? ""
      }
    }

    let name: String
    let dependencies: [Dependency]
    let settings: [Setting]

    var dependsOn: Set<String> { Set(dependencies.map(\.name)) }

    func hasSetting(_ name: String) -> Bool { settings.contains { $0.name == name } }
  }

  /// Any JSON value, of which only a string matters.
  struct Ignorable: Decodable {
    let text: String?

    init(from decoder: any Decoder) throws {
      text = try? decoder.singleValueContainer().decode(String.self)
    }
  }

  let targets: [Target]

  private static let dumped = Result {
    let scratch = FileManager.default.temporaryDirectory
      .appending(path: "workflow-history-manifest-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: scratch) }
    // A scratch folder of its own: the build's is locked while its tests run.
    let run = try Command.run(
      "swift", "package", "--package-path", SourceTree.root.path, "--scratch-path", scratch.path,
      "dump-package")
    try #require(run.status == 0, "\(run.errors)")
    return try JSONDecoder().decode(Manifest.self, from: run.output)
  }

  /// Runs the tool once for all tests.
  static func read() throws -> Manifest { try dumped.get() }
}
