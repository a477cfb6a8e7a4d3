import Foundation

/// A new directory, gone with all in it when the test is over.
public final class TemporaryDirectory: Sendable {
  /// Where it is. The names are short: a Unix socket's path may have 107 bytes.
  public let path: String

  /// - Throws: What Foundation throws where it can't be made.
  public init() throws {
    let url = FileManager.default.temporaryDirectory.appending(path: "wh-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: false)
    path = url.path
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// What is in it, in order.
  public var names: [String] {
    get throws { try FileManager.default.contentsOfDirectory(atPath: path).sorted() }
  }
}

/// The permission bits of a file or directory.
public func mode(of path: String) throws -> Int? {
  try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
}
