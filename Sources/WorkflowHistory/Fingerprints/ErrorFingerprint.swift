/// What error messages have in common that differ only in ids, numbers, times and the like.
///
/// The parts of a message that vary are replaced, as ``FingerprintRules`` says, and white space is
/// folded. Of a message with a stack trace it is the exception that began it all, and the innermost
/// frames of the program: `KeyError: '?' at load.rows < run.main`. The time that it takes grows
/// with the message's length alone.
public enum ErrorFingerprint {
  /// How many characters (Unicode scalars) of a message a fingerprint has at most; what is past them
  /// is dropped.
  public static let messageLimit = 300
  /// How many characters (Unicode scalars) a fingerprint has at most, frames included.
  public static let lengthLimit =
    messageLimit + StackTrace.frameLimit * (StackTrace.nameLimit + 3) + 1

  /// How many bytes of UTF-8 a fingerprint has at most: an entry of an index has 2,704, and one has room
  /// for the longest user_id beside it.
  public static let byteLimit = 4 * messageLimit

  /// The fingerprint of a message. Equal messages have equal ones, in every release that has the same
  /// rules; what is stored keeps the one that it was saved with.
  public static func fingerprint(of message: String) -> String {
    let text = MessageScanner.text(of: message)
    guard let trace = StackTrace(text[...]) else { return MessageScanner.fingerprint(of: text) }
    let exception = MessageScanner.fingerprint(of: Array(trace.exception))
    let frames = trace.frames.joined(separator: " < ")
    return frames.isEmpty ? exception : (exception + " at " + frames).prefix(bytes: byteLimit)
  }
}

extension String {
  /// As many of its first characters (Unicode scalars) as fit into so many bytes of UTF-8.
  fileprivate func prefix(bytes limit: Int) -> String {
    guard var end = utf8.index(startIndex, offsetBy: limit, limitedBy: endIndex) else {
      return self
    }
    while end.samePosition(in: unicodeScalars) == nil { utf8.formIndex(before: &end) }
    return String(self[..<end])
  }
}
