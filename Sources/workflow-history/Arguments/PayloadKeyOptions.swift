import ArgumentParser
import Sealing

/// With which keys content is sealed.
struct PayloadKeyOptions: ParsableArguments {
  @Option(
    name: .customLong("payload-key-file"),
    help: ArgumentHelp(
      """
      Keys that seal documents and error messages before they go to the database: on each line an id \
      and 32 bytes as base64url. The first seals, all open; with `plain` before it none seals. \
      Default: nothing is sealed.
      """, valueName: "file"))
  var file: String?

  /// What the file says now; nil where none is named.
  func read() throws(PayloadKeysError) -> PayloadKeys? {
    guard let file else { return nil }
    return try PayloadKeys(path: file)
  }
}
