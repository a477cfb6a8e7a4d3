import Foundation

/// The repository that this test was built from.
enum SourceTree {
  static let root = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// What is written by hand: our files under these folders, and those beside them.
  static let writtenFiles: [SourceFile] =
    ["Package.swift", "README.md", "Sources", "Tests", "Protos", "clients", "scripts", ".ci"]
    .flatMap(files(under:)).filter { !$0.isGenerated }

  /// Every regular text file at or under a path from the root, in order.
  static func files(under path: String) -> [SourceFile] {
    let start = root.appending(path: path)
    guard isFolder(start) else { return [SourceFile(path: path)].compactMap(\.self) }
    let names = (try? FileManager.default.contentsOfDirectory(atPath: start.path)) ?? []
    return names.sorted()
      .filter { $0 != "__pycache__" && $0 != ".pytest_cache" }
      .flatMap { files(under: path + "/" + $0) }
  }

  static func folders(in path: String) throws -> Set<String> {
    let folder = root.appending(path: path)
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
    return Set(names.filter { isFolder(folder.appending(path: $0)) })
  }

  private static func isFolder(_ url: URL) -> Bool {
    (try? url.resourceValues(forKeys: [.isDirectoryKey]).isDirectory) ?? false
  }
}

/// One text file of the repository.
struct SourceFile {
  /// From the repository's root.
  let path: String
  let lines: [Substring]

  /// Nil where there is no such file, or it is not UTF-8.
  init?(path: String) {
    let url = SourceTree.root.appending(path: path)
    guard let text = try? String(contentsOf: url, encoding: .utf8) else { return nil }
    self.init(path: path, text: text)
  }

  init(path: String, text: String) {
    self.path = path
    lines = text.split(separator: "\n", omittingEmptySubsequences: false)
  }

  var isSwift: Bool { path.hasSuffix(".swift") }

  var isGenerated: Bool {
    path.hasPrefix("clients/python/src/workflow_history_client/_protos/")
      || house.contains { $0.kind == .generated && path.hasPrefix("Sources/\($0.name)/") }
  }

  /// The modules that it imports. The C library has one name here: each platform has its own.
  var imports: Set<String> {
    let libc: Set<String> = ["Glibc", "Musl", "Darwin"]
    return Set(
      lines.compactMap { Self.importedModule(in: $0) }.map { libc.contains($0) ? "libc" : $0 })
  }

  /// `public import struct A.B` imports the module A.
  static func importedModule(in line: Substring) -> String? {
    let declaration =
      /^\s*(?:@\w+(?:\([^)]*\))?\s+)*(?:(?:public|package|internal|fileprivate|private)\s+)?import\s+(?:(?:typealias|struct|class|enum|protocol|let|var|func)\s+)?(\w+)/
    return line.firstMatch(of: declaration).map { String($0.output.1) }
  }

  /// The lines, each with its number, that hold `pattern` outside of a `//` comment.
  func code(matching pattern: Regex<Substring>) -> [(number: Int, text: Substring)] {
    zip(1..., lines).compactMap { number, line in
      let code = line.firstRange(of: "//").map { line[..<$0.lowerBound] } ?? line
      return code.contains(pattern) ? (number, code) : nil
    }
  }

  /// Whether a comment stands above the line of this number, over whatever attributes.
  func hasComment(above number: Int) -> Bool {
    let above = lines[..<(number - 1)].reversed().lazy
      .map { $0.drop(while: \.isWhitespace) }
      .first { !$0.hasPrefix("@") }
    return above?.hasPrefix("//") ?? false
  }
}
