internal import PrivateFiles

/// A file of records, whose name is a number; those of one folder grow.
struct Segment: Hashable, Sendable {
  let folder: String
  let number: Int

  private static let suffix = ".records"
  private static let digits = 12

  init(folder: String, number: Int) {
    self.folder = folder
    self.number = number
  }

  /// The segment of this name; nil where it is the name of something else.
  init?(folder: String, name: String) {
    guard name.hasSuffix(Self.suffix), name.utf8.count == Self.digits + Self.suffix.utf8.count,
      let number = UInt(name.prefix(Self.digits))
    else { return nil }
    self.init(folder: folder, number: Int(number))
  }

  var name: String {
    let text = String(number)
    return String(repeating: "0", count: max(0, Self.digits - text.count)) + text + Self.suffix
  }

  var path: String { "\(folder)/\(name)" }

  /// What tells it from those of all folders.
  var fullName: String { "\(lastComponent(of: folder))-\(name)" }
}

private func lastComponent(of path: String) -> String {
  path.split(separator: "/").last.map(String.init) ?? path
}

/// The segments of one process, which locks their folder for as long as it lives.
final class SpoolFolder {
  static let lockName = "lock"

  let path: String
  /// Nil where the folder is no longer ours.
  private var lock: FileLock?
  /// The segments that are not delivered, in their order, and their bytes.
  private(set) var segments: [(segment: Segment, size: Int)] = []
  /// Of the next segment. Who takes a folder over makes none in it.
  private var nextNumber = 1

  /// The folder at a path, with the lock on it, which is held.
  init(path: String, lock: FileLock) throws(FileError) {
    self.path = path
    self.lock = lock
    for name in try PrivateFile.names(in: path) {
      guard let segment = Segment(folder: path, name: name) else { continue }
      segments.append((segment, try PrivateFile.size(of: segment.path) ?? 0))
    }
  }

  var isHeld: Bool { lock != nil }
  var name: String { lastComponent(of: path) }
  var size: Int { segments.reduce(0) { $0 + $1.size } }

  /// Makes a segment that comes after all others, to be written to.
  func makeSegment() throws(FileError) -> (Segment, AppendOnlyFile) {
    let segment = Segment(folder: path, number: nextNumber)
    let file = try AppendOnlyFile(path: segment.path, isNew: true)
    nextNumber += 1
    segments.append((segment, 0))
    return (segment, file)
  }

  /// The last segment has so many bytes more; returns how many it has.
  func grow(by count: Int) -> Int {
    segments[segments.count - 1].size += count
    return segments[segments.count - 1].size
  }

  /// Forgets a segment, if it is one of these.
  func remove(_ segment: Segment) throws(FileError) {
    guard let place = segments.firstIndex(where: { $0.segment == segment }) else { return }
    try PrivateFile.remove(segment.path)
    segments.remove(at: place)
  }

  /// Forgets a segment to which nothing could be added whole.
  func removeIfEmpty(_ segment: Segment) throws(FileError) {
    guard segments.contains(where: { $0.segment == segment && $0.size == 0 }) else { return }
    try remove(segment)
  }

  /// Lets another process have it, or removes it where nothing is left in it. The root is locked.
  func release() throws(FileError) {
    defer { lock = nil }
    guard isHeld, segments.isEmpty else { return }
    try PrivateFile.remove("\(path)/\(Self.lockName)")
    try PrivateFile.removeDirectory(path)
  }
}

/// The folder of a spool, with one for each process in it.
struct SpoolRoot {
  let path: String
  /// Where what can't be delivered is kept.
  var refused: String { path + "/refused" }

  /// Makes it, where it is not there.
  init(path: String) throws(FileError) {
    self.path = path
    try PrivateFile.makeDirectory(path)
    try PrivateFile.makeDirectory(refused)
    // The spool's own name; its parent need not be ours to read.
    try? PrivateFile.synchronize(directory: path + "/..")
  }

  /// Makes a folder for this process. Names sort by the times when they were made.
  func makeFolder(named name: String) throws(FileError) -> SpoolFolder {
    try locked { () throws(FileError) in
      let folder = "\(path)/process-\(name)"
      try PrivateFile.makeDirectory(folder)
      let lock = try FileLock(path: "\(folder)/\(SpoolFolder.lockName)")
      // Nobody else can have it: they would need the root's.
      try lock.lock(.exclusive)
      try PrivateFile.synchronize(directory: path)
      return try SpoolFolder(path: folder, lock: lock)
    }
  }

  /// The folders of processes that have died, the oldest first: ours now.
  ///
  /// - Parameter failed: is told of those that can't be had.
  func takeAbandoned(failed: (FileError) -> Void) throws(FileError) -> [SpoolFolder] {
    try locked { () throws(FileError) in
      try PrivateFile.names(in: path).filter { $0.hasPrefix("process-") }.compactMap { name in
        do throws(FileError) {
          let lock = try FileLock(path: "\(path)/\(name)/\(SpoolFolder.lockName)")
          guard try lock.tryLock(.exclusive) else { return nil }
          return try SpoolFolder(path: "\(path)/\(name)", lock: lock)
        } catch {
          failed(error)
          return nil
        }
      }
    }
  }

  /// Lets other processes have a folder, or removes it where nothing is left in it.
  func release(_ folder: SpoolFolder) throws(FileError) {
    try locked { () throws(FileError) in try folder.release() }
  }

  /// Keeps others from making, taking and removing folders meanwhile.
  private func locked<Result>(_ body: () throws(FileError) -> Result) throws(FileError) -> Result {
    let lock = try FileLock(path: "\(path)/\(SpoolFolder.lockName)")
    try lock.lock(.exclusive)
    defer { lock.unlock() }
    return try body()
  }
}
