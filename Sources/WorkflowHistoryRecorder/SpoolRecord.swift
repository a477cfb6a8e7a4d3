internal import Compression

/// A request that is to be made, as a segment of the spool holds it: the length of what follows the
/// head and its CRC-32, both little-endian in four bytes; then the kind in one byte, and the content.
/// The Python client's recorder has the same, so that either delivers what the other left behind.
struct SpoolRecord: Equatable, Sendable {
  /// What the content is, as wire bytes.
  enum Kind: UInt8 {
    /// A SaveWorkflowExecutionRequest.
    case save = 1
    /// An UpdateWorkflowExecutionRequest.
    case update = 2
  }

  let kind: Kind
  let content: [UInt8]

  fileprivate static let headSize = 8

  /// The bytes of the record in its segment.
  var framed: [UInt8] {
    let body = [kind.rawValue] + content
    return littleEndian(UInt32(body.count)) + littleEndian(CRC32.checksum(of: body[...])) + body
  }
}

/// What a segment holds.
struct SegmentContents: Equatable, Sendable {
  /// Those before the first that can't be read.
  private(set) var records: [SpoolRecord] = []
  /// What comes after them, where it is more than a write that a crash cut short.
  private(set) var damaged: [UInt8] = []

  /// Reads a segment.
  init(reading bytes: [UInt8]) {
    var rest = bytes[...]
    while let (length, checksum) = head(of: rest), length > 0 {
      let body = rest.dropFirst(SpoolRecord.headSize).prefix(length)
      guard body.count == length, CRC32.checksum(of: body) == checksum,
        let kind = body.first.flatMap(SpoolRecord.Kind.init)
      else { break }
      records.append(SpoolRecord(kind: kind, content: Array(body.dropFirst())))
      rest = rest.dropFirst(SpoolRecord.headSize + length)
    }
    if isWhole(rest) { damaged = Array(rest) }
  }
}

/// Whether as many bytes stand there as a record that can't be read says that it has. Zeros are what a
/// file system leaves of a write that it did not finish.
private func isWhole(_ rest: ArraySlice<UInt8>) -> Bool {
  guard let (length, _) = head(of: rest), rest.contains(where: { $0 != 0 }) else { return false }
  return SpoolRecord.headSize + length <= rest.count
}

private func head(of bytes: ArraySlice<UInt8>) -> (length: Int, checksum: UInt32)? {
  guard bytes.count >= SpoolRecord.headSize else { return nil }
  let numbers = [bytes.prefix(4), bytes.dropFirst(4).prefix(4)].map {
    $0.reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
  }
  return (Int(numbers[0]), numbers[1])
}

private func littleEndian(_ number: UInt32) -> [UInt8] {
  (0..<4).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
}
