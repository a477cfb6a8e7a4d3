/// Cuts bytes that come in pieces into records: lines, but for line feeds in quotes, where these count.
struct RecordSplitter {
  /// How many bytes a record may have: enough for any execution, however its documents are escaped.
  static let limit = 64 << 20

  private let minds: UInt8?
  private var bytes: [UInt8] = []
  /// Where the next record begins in `bytes`, and up to where it was looked at.
  private var start = 0
  private var seen = 0
  private var isQuoted = false
  /// Line feeds in the present record, and the line on which it begins.
  private var lineFeeds = 0
  private var line = 1
  private var isComplete = false

  /// - Parameter quote: between two of which line feeds end nothing; nil where all of them do.
  init(quote: UInt8? = nil) { minds = quote }

  mutating func append(_ piece: some Collection<UInt8>) {
    bytes.removeFirst(start)
    seen -= start
    start = 0
    bytes.append(contentsOf: piece)
  }

  /// There is no more.
  mutating func finish() { isComplete = true }

  /// The next record, without its line end; nil where it is not complete yet, or there is none.
  mutating func next() throws(ArchiveError) -> (line: Int, bytes: ArraySlice<UInt8>)? {
    while seen < bytes.count {
      let byte = bytes[seen]
      seen += 1
      if byte == minds { isQuoted.toggle() }
      guard byte == UInt8(ascii: "\n") else { continue }
      lineFeeds += 1
      if !isQuoted { return take(end: seen - 1) }
    }
    guard seen - start <= Self.limit else {
      throw ArchiveError(line: line, "is longer than \(Self.limit >> 20) MiB")
    }
    guard isComplete, start < bytes.count else { return nil }
    return take(end: bytes.count)
  }

  private mutating func take(end: Int) -> (line: Int, bytes: ArraySlice<UInt8>) {
    var record = bytes[start..<end]
    if record.last == UInt8(ascii: "\r") { record.removeLast() }
    defer {
      start = seen
      line += lineFeeds
      lineFeeds = 0
      isQuoted = false
    }
    return (line, record)
  }
}
