import FileTesting
import Foundation

/// Where a test has its spool: gone with all in it when the test is over.
final class SpoolPlace: Sendable {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  var path: String { directory.path }

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
