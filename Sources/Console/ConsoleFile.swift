internal import CConsole

/// A file of the console.
struct ConsoleFile {
  /// Where it is, such as `js/main.js`.
  let path: String
  let bytes: [UInt8]

  /// All of them, as they were when the program was built.
  static var all: [ConsoleFile] {
    (0..<console_file_count).map { index in
      let file = console_file_at(index)
      return ConsoleFile(
        path: String(cString: file.path),
        bytes: Array(UnsafeBufferPointer(start: file.bytes, count: file.size)))
    }
  }

  /// The media type, by the path's ending.
  var contentType: String {
    switch path.split(separator: ".").last {
    case "html": "text/html; charset=utf-8"
    case "css": "text/css; charset=utf-8"
    case "js": "text/javascript; charset=utf-8"
    case "svg": "image/svg+xml"
    default: "application/octet-stream"
    }
  }
}
