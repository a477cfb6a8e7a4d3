import Foundation

/// A new folder, gone with all in it when the test is over.
final class TemporaryFolder: Sendable {
  let path: String

  init() throws {
    let url = FileManager.default.temporaryDirectory.appending(path: "wh-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: false)
    path = url.path
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  var spool: String { path + "/spool" }

  /// The segments of a spool that are not delivered, by their places in it.
  var segments: [String] {
    ((try? FileManager.default.subpathsOfDirectory(atPath: spool)) ?? [])
      .filter { $0.hasSuffix(".records") }.sorted()
  }

  /// The folders of processes.
  var processes: [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: spool)) ?? [])
      .filter { $0.hasPrefix("process-") }.sorted()
  }

  /// What is kept beside the spool, in lines.
  var refused: [String] {
    let folder = spool + "/refused"
    return ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted().flatMap {
      (try? String(contentsOfFile: "\(folder)/\($0)", encoding: .utf8))?
        .split(separator: "\n").map(String.init) ?? []
    }
  }
}
