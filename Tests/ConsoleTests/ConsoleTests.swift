import Console
import Foundation
import HTTPGateway
import RPC
import Testing

@Suite("The console")
struct ConsoleTests {
  private let console = Console()

  private func read(_ path: String) -> HTTPResource? {
    console.resource(
      path[...],
      for: HTTPHead(method: "GET", target: path, contentType: nil, metadata: Metadata()))
  }

  /// The paths of the files under `assets`, from there.
  static let assets: [String] = {
    let folder = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../../Sources/CConsole/assets").standardizedFileURL
    let paths = FileManager.default.enumerator(atPath: folder.path)?.compactMap { $0 as? String }
    return (paths ?? []).filter { $0.contains(".") }.sorted()
  }()

  @Test("serves each of its files as it stands, and says what it is", arguments: assets)
  func files(path: String) throws {
    let resource = try #require(read(path == "index.html" ? "/" : "/" + path))
    let root = URL(filePath: #filePath).deletingLastPathComponent()
    let file = try Data(contentsOf: root.appending(path: "../../Sources/CConsole/assets/" + path))
    #expect(resource.body == Array(file))
    let types = [
      "html": "text/html", "css": "text/css", "js": "text/javascript", "svg": "image/svg+xml",
    ]
    let type = try #require(types[URL(filePath: path).pathExtension])
    #expect(resource.fields.contains { $0.name == "content-type" && $0.value.hasPrefix(type) })
    #expect(resource.entityTag != nil)
  }

  @Test("has a page, and nothing where it has no file")
  func paths() {
    #expect(Self.assets.count > 20)
    #expect(read("/") != nil)
    for path in ["/index.html", "/js", "/js/", "/assets/js/main.js", "/../Package.swift", ""] {
      #expect(read(path) == nil)
    }
  }

  @Test("takes nothing from elsewhere, and is framed by nobody")
  func policy() throws {
    let fields = try #require(read("/")).fields
    let policy = try #require(fields.first { $0.name == "content-security-policy" }).value
    for rule in [
      "default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "form-action 'none'",
      "require-trusted-types-for 'script'",
    ] {
      #expect(policy.contains(rule))
    }
    #expect(!policy.contains("unsafe") && !policy.contains("http") && !policy.contains("*"))
  }
}
