import WorkflowHistory

/// A message that an execution failed with, of which the fingerprint is made.
enum ErrorMessageInput {
  static func run(_ bytes: [UInt8]) throws(BrokenPromise) -> Bool {
    let message = String(decoding: bytes, as: UTF8.self)
    let fingerprint = ErrorFingerprint.fingerprint(of: message)
    let scalars = fingerprint.unicodeScalars
    try promise(scalars.count <= ErrorFingerprint.lengthLimit, "a fingerprint is too long")
    try promise(
      scalars.allSatisfy { !"\n\r\t".unicodeScalars.contains($0) },
      "a fingerprint has more than one line")
    try promise(
      ErrorFingerprint.fingerprint(of: message + " \n") == fingerprint,
      "a fingerprint depends on white space at the end")
    try promise(
      !scalars.contains("\u{FFFD}") || message.unicodeScalars.contains("\u{FFFD}"),
      "a fingerprint has half a character")
    return !fingerprint.isEmpty && fingerprint != message
  }
}
