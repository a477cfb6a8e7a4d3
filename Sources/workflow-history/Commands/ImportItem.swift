import ArchiveFiles
import Foundation
import Postgres
import PostgresHistoryStore
import Reactor
import Synchronization
import WorkflowHistory

/// An execution that is to be imported, and what it is called where it came from.
struct ImportItem: Sendable {
  /// `line 7`, or `execution` and its old id.
  let label: String
  /// The execution, or why it can't be read.
  let execution: Result<ArchivedExecution, Refusal>

  /// Why something is not imported.
  struct Refusal: Error {
    let reason: String
  }
}

/// What is to be imported, asked for one after the other; nil at the end.
struct ImportSource: Sendable {
  let next: @Sendable () async throws -> ImportItem?

  /// The executions in a file.
  ///
  /// - Parameter isRead: told how many bytes have been read.
  static func file(
    _ handle: FileHandle, _ format: ArchiveFormat, isRead: @escaping @Sendable (Int) -> Void
  ) -> ImportSource {
    let reader = FileReader(handle, format, isRead: isRead)
    return ImportSource { try reader.next() }
  }

  /// The executions in the table of the service that this one replaces.
  static func table(_ table: LoopBound<LegacyTable>) -> ImportSource {
    let rows = Rows()
    return ImportSource {
      while true {
        if let row = rows.popFirst() {
          return ImportItem(
            label: "execution \(row.id)",
            execution: row.archived.mapError { ImportItem.Refusal(reason: $0.reason) })
        }
        let page = try await table.run { try await $0.next() }
        if page.isEmpty { return nil }
        rows.fill(page)
      }
    }
  }
}

/// Rows that were read and are not asked for yet.
private final class Rows: Sendable {
  private let rows = Mutex<ArraySlice<LegacyExecution>>([])

  func popFirst() -> LegacyExecution? { rows.withLock { $0.popFirst() } }

  func fill(_ page: [LegacyExecution]) { rows.withLock { $0 = page[...] } }
}

/// Reads a file piece by piece.
private final class FileReader: Sendable {
  private let handle: FileHandle
  private let isRead: @Sendable (Int) -> Void
  private let decoder: Mutex<ArchiveDecoder>

  private static let pieceBytes = 1 << 18

  init(_ handle: FileHandle, _ format: ArchiveFormat, isRead: @escaping @Sendable (Int) -> Void) {
    self.handle = handle
    self.isRead = isRead
    decoder = Mutex(ArchiveDecoder(format))
  }

  func next() throws -> ImportItem? {
    do { return try read() } catch let error as ArchiveError {
      throw fail("line \(error.line): \(error)")
    }
  }

  private func read() throws -> ImportItem? {
    try decoder.withLock { decoder in
      while true {
        if let (line, execution) = try decoder.next() {
          return ImportItem(
            label: "line \(line)",
            execution: execution.mapError { ImportItem.Refusal(reason: $0.description) })
        }
        guard let piece = try handle.read(upToCount: Self.pieceBytes), !piece.isEmpty else {
          decoder.finish()
          guard let (line, execution) = try decoder.next() else { return nil }
          return ImportItem(
            label: "line \(line)",
            execution: execution.mapError { ImportItem.Refusal(reason: $0.description) })
        }
        isRead(piece.count)
        decoder.append(piece)
      }
    }
  }
}
