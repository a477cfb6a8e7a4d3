internal import PrivateFiles

/// What is to be delivered, on disk until it is: the part of a spool that this process writes, and those
/// that it has taken over.
///
/// Each process has a folder of its own in the spool, and takes over those of processes that have died.
/// Records are appended to segments; a segment is closed when it is large enough, or when it is to be
/// delivered, and removed when all of it is. So what a crash leaves are segments to be delivered again,
/// which does no harm, the last of which may end within a record.
final class Spool {
  private static let segmentBytes = 1 << 20

  private let root: SpoolRoot
  private let own: SpoolFolder
  private var taken: [SpoolFolder] = []
  private var active: (segment: Segment, file: AppendOnlyFile)?
  /// All bytes that were ever appended.
  private(set) var written = 0
  private var unsynced: [AppendOnlyFile] = []
  private var hasNewName = false

  /// Whether what is appended is made safe by ``takeSync()``.
  private let isSynced: Bool

  /// - Parameters:
  ///   - name: what tells this process from all others, and is greater than what did before.
  ///   - isSynced: whether what is appended is made safe by ``takeSync()``.
  init(root path: String, name: String, isSynced: Bool = true) throws(FileError) {
    self.isSynced = isSynced
    root = try SpoolRoot(path: path)
    own = try root.makeFolder(named: name)
  }

  /// In the order in which they are delivered.
  private var folders: [SpoolFolder] { taken + [own] }

  /// The bytes of all that is to be delivered by this process.
  var size: Int { folders.reduce(0) { $0 + $1.size } }

  /// Where to keep what the server refused from this process.
  var refusals: String { "\(root.refused)/\(own.name).ndjson" }

  /// Where to keep what can't be read of a segment.
  func damage(of segment: Segment) -> String { "\(root.refused)/\(segment.fullName)" }

  /// Whether this process wrote it, and not one that has died.
  func isOwn(_ segment: Segment) -> Bool { segment.folder == own.path }

  /// Takes what processes that have died left, to be delivered before all else. Returns whether there was
  /// any.
  func takeOver(failed: (FileError) -> Void) throws(FileError) -> Bool {
    let abandoned = try root.takeAbandoned(failed: failed)
    taken += abandoned.filter { !$0.segments.isEmpty }
    for folder in abandoned where folder.segments.isEmpty {
      do throws(FileError) { try root.release(folder) } catch { failed(error) }
    }
    return abandoned.contains { !$0.segments.isEmpty }
  }

  /// Appends a record, which a kill of this process can't undo. Where it throws, nothing was written that
  /// would be read.
  func append(_ frame: [UInt8]) throws {
    guard own.isHeld else { throw SpoolClosed() }
    let (_, file) = try active ?? own.makeSegment()
    if active == nil {
      active = own.segments.last.map { ($0.segment, file) }
      hasNewName = true
    }
    do throws(FileError) {
      try file.append(frame)
    } catch {
      // What stands there now may be a torn end, and nothing may follow it.
      if let empty = active?.segment { try? own.removeIfEmpty(empty) }
      active = nil
      throw error
    }
    if isSynced, !unsynced.contains(where: { $0 === file }) { unsynced.append(file) }
    written += frame.count
    if own.grow(by: frame.count) >= Self.segmentBytes { active = nil }
  }

  /// What makes all that was appended safe from a crash of the machine, on any thread.
  struct Sync: Sendable {
    fileprivate let files: [AppendOnlyFile]
    fileprivate let folder: String?

    func run() throws(FileError) {
      for file in files { try file.synchronize() }
      if let folder { try PrivateFile.synchronize(directory: folder) }
    }
  }

  /// Hands over what is not safe yet.
  func takeSync() -> Sync {
    defer { (unsynced, hasNewName) = ([], false) }
    return Sync(files: unsynced, folder: hasNewName ? own.path : nil)
  }

  /// The oldest segment, to which nothing is added any more; nil where all is delivered.
  func nextSegment() -> Segment? {
    let oldest = folders.lazy.compactMap { $0.segments.first?.segment }.first
    if oldest == active?.segment { active = nil }
    return oldest
  }

  /// Forgets a segment: all of it is delivered.
  func remove(_ segment: Segment) throws(FileError) {
    for folder in folders { try folder.remove(segment) }
    for folder in taken where folder.segments.isEmpty { try root.release(folder) }
    taken.removeAll { !$0.isHeld }
  }

  /// Leaves what is not delivered to the next process.
  func close() throws(FileError) {
    active = nil
    for folder in folders where folder.isHeld { try root.release(folder) }
  }
}

/// The recorder was closed before.
struct SpoolClosed: Error, CustomStringConvertible {
  var description: String { "the recorder is closed" }
}
