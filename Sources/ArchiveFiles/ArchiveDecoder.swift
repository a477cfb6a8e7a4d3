internal import JSON
public import WorkflowHistory

/// Reads archived executions from the bytes of a file, which come in pieces.
public struct ArchiveDecoder: Sendable {
  /// An execution, or why it can't be read, and the line on which it begins.
  public typealias Element = (line: Int, execution: Result<ArchivedExecution, ArchiveError>)

  private let format: ArchiveFormat
  private var records: RecordSplitter
  private var isFirst = true
  /// In CSV: the fields of the columns.
  private var columns: [ArchiveField] = []

  /// Reads a format.
  public init(_ format: ArchiveFormat) {
    self.format = format
    records = RecordSplitter(quote: format == .csv ? CSV.quote : nil)
  }

  /// Takes the next piece.
  public mutating func append(_ piece: some Collection<UInt8>) { records.append(piece) }

  /// There are no more pieces.
  public mutating func finish() { records.finish() }

  /// The next execution; nil where it is not complete yet, or there is none. Empty lines are passed over.
  ///
  /// - Throws: ``ArchiveError`` where nothing of the rest can be read.
  public mutating func next() throws(ArchiveError) -> Element? {
    while let (line, bytes) = try records.next() {
      var record = bytes
      if isFirst, record.starts(with: Self.byteOrderMark) { record.removeFirst(3) }
      defer { isFirst = false }
      if record.allSatisfy({ $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }) { continue }
      switch format {
      case .ndjson: return (line, Self.result(line) { try Self.object(Array(record)) })
      case .csv where columns.isEmpty: try readColumns(record, line)
      case .csv: return (line, Self.result(line) { try row(record) })
      }
    }
    return nil
  }

  private static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

  private static func result(
    _ line: Int, _ body: () throws -> ArchivedExecution
  ) -> Result<ArchivedExecution, ArchiveError> {
    do { return .success(try body()) } catch let error as ArchiveField.Refusal {
      return .failure(ArchiveError(line: line, error.reason))
    } catch {
      return .failure(ArchiveError(line: line, "\(error)"))
    }
  }

  // MARK: CSV

  private mutating func readColumns(
    _ record: ArraySlice<UInt8>, _ line: Int
  ) throws(ArchiveError) {
    guard let names = CSV.fields(of: record) else {
      throw ArchiveError(line: line, "has a quote where none may be")
    }
    for bytes in names {
      let name = String(decoding: bytes, as: UTF8.self)
      guard let place = ArchiveField.places[name] else {
        throw ArchiveError(line: line, "\(name) is no field: the first line must name the columns")
      }
      let field = ArchiveField.all[place]
      guard !columns.contains(where: { $0.name == name }) else {
        throw ArchiveError(line: line, "names the column \(name) twice")
      }
      columns.append(field)
    }
  }

  private func row(_ record: ArraySlice<UInt8>) throws -> ArchivedExecution {
    guard let fields = CSV.fields(of: record) else {
      throw ArchiveField.Refusal(reason: "has a quote where none may be")
    }
    guard fields.count == columns.count else {
      throw ArchiveField.Refusal(
        reason: "has \(fields.count) fields under \(columns.count) columns")
    }
    var archived = ArchivedExecution(fields: ExecutionFields())
    for (field, text) in zip(columns, fields) where !text.isEmpty {
      try field.take(text, into: &archived)
    }
    return archived
  }

  // MARK: NDJSON

  private static func object(_ line: [UInt8]) throws -> ArchivedExecution {
    var archived = ArchivedExecution(fields: ExecutionFields())
    var members = MemberReader(line)
    var seen: Set<Int> = []
    while let (name, value) = try members.next() {
      guard let place = ArchiveField.places[name] else {
        throw ArchiveField.Refusal(reason: "\(name.debugDescription) is no field")
      }
      guard seen.insert(place).inserted else {
        throw ArchiveField.Refusal(reason: "has \(name) twice")
      }
      try ArchiveField.all[place].take(value, into: &archived)
    }
    return archived
  }
}

/// Takes the members of the JSON object that a line is.
private struct MemberReader {
  private let line: [UInt8]
  private var position = 0
  private var isOpen = false

  init(_ line: [UInt8]) { self.line = line }

  /// The next member; nil where there is none, nor anything else.
  mutating func next() throws(JSONError) -> (name: String, value: JSONDocument)? {
    if !isOpen {
      try expect("{")
      isOpen = true
      if take("}") { return try end() }
    } else if !take(",") {
      try expect("}")
      return try end()
    }
    skipSpace()
    guard position < line.count, line[position] == UInt8(ascii: "\""),
      let name = try JSONDocument(in: line, at: &position).string
    else {
      throw JSONError(offset: position, reason: "expected a member's name in double quotes")
    }
    try expect(":")
    return (name, try JSONDocument(in: line, at: &position))
  }

  private mutating func end() throws(JSONError) -> (name: String, value: JSONDocument)? {
    skipSpace()
    guard position == line.count else {
      throw JSONError(offset: position, reason: "there is more after the value")
    }
    return nil
  }

  private mutating func expect(_ character: Unicode.Scalar) throws(JSONError) {
    guard take(character) else {
      throw JSONError(offset: position, reason: "expected '\(character)'")
    }
  }

  /// Steps over the character, and the space before it, if it is what comes next.
  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    skipSpace()
    guard position < line.count, line[position] == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  private mutating func skipSpace() {
    while position < line.count, [0x20, 0x09, 0x0D].contains(line[position]) { position += 1 }
  }
}

extension ArchiveField {
  /// Takes a text, which is not empty.
  fileprivate func take(
    _ text: [UInt8], into archived: inout ArchivedExecution
  ) throws(Refusal) {
    do throws(Refusal) { try read(text, &archived) } catch {
      throw Refusal(reason: "\(name): \(error.reason)")
    }
  }

  /// Takes a JSON value. A null is absent, but for a document, which may be null.
  fileprivate func take(
    _ value: JSONDocument, into archived: inout ArchivedExecution
  ) throws(Refusal) {
    if kind != .document, value.utf8 == Array("null".utf8) { return }
    guard kind == .text else { return try take(value.utf8, into: &archived) }
    guard let text = value.string else { throw Refusal(reason: "\(name): must be a string") }
    if !text.isEmpty { try take(Array(text.utf8), into: &archived) }
  }
}

extension JSONDocument {
  /// The text that it is; nil where it is no string.
  fileprivate var string: String? {
    guard utf8.first == UInt8(ascii: "\"") else { return nil }
    var tokens = JSONTokens(utf8, stringLimit: utf8.count)
    return tokens.string()
  }
}
