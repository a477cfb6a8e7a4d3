/// A message with a stack trace, as programs in Python, Java, Kotlin, Scala, Go, JavaScript, Ruby, Rust
/// and .NET write them: what went wrong first, and where.
///
/// Lines are read once, from the first to the last, and a line once or twice.
struct StackTrace {
  /// How many frames are told.
  static let frameLimit = 3
  /// How many characters of a frame's name are told.
  static let nameLimit = 40
  /// How many frames are looked at, the innermost.
  private static let depthLimit = 100

  /// The type and the message of the exception that was the cause of the others.
  let exception: ArraySlice<UInt8>
  /// The innermost frames of the program's own code, or of all where there is none of it, such as
  /// `orders.load`.
  let frames: [String]

  /// The trace in a message. Nil where there is none, or no exception in it.
  init?(_ message: ArraySlice<UInt8>) {
    let message = message.trimmed
    guard message.contains(ascii("\n")) else { return nil }
    var reader = StackTraceReader(message)
    let chain = reader.read()
    let isPython = chain.contains { !$0.framesInnermostLast.isEmpty }
    guard isPython || chain.contains(where: { !$0.frames.isEmpty }) else { return nil }
    if let cause = chain.first(where: { !$0.text.isEmpty }) {
      exception = ExceptionText.exception(in: message[cause.text])
    } else if isPython {
      // The end was cut off.
      exception = Array("Traceback (most recent call last)".utf8)[...]
    } else {
      return nil
    }
    frames = Self.telling(chain)
  }

  /// The frames that are told, the innermost first, one of several alike that follow each other.
  private static func telling(_ chain: [RaisedException]) -> [String] {
    var own: [String] = []
    var library: [String] = []
    let lines = chain.flatMap { $0.framesInnermostLast.reversed() + $0.frames }
    for line in lines.prefix(depthLimit) where own.count < frameLimit {
      let frame = StackFrame(line)
      let name = String(frame.name.unicodeScalars.prefix(nameLimit))
      switch frame.origin {
      case _ where name.isEmpty, .generated: break
      case .own: if own.last != name { own.append(name) }
      case .library: if library.last != name { library.append(name) }
      }
    }
    return own.isEmpty ? Array(library.prefix(frameLimit)) : own
  }
}

/// An exception of a trace.
struct RaisedException {
  /// Where its type and message stand.
  var text: Range<Int>
  /// The lines of its frames, the innermost first.
  var frames: [StackFrame.Line] = []
  /// Those of Python, which come the other way round, and before the text.
  var framesInnermostLast: [StackFrame.Line] = []
}
