import FileTesting
import Foundation
import PrivateFiles
import Testing

@Suite("A file that is only added to")
struct AppendOnlyFileTests {
  private let directory: TemporaryDirectory
  private var path: String { directory.path + "/file" }

  init() throws { directory = try TemporaryDirectory() }

  @Test("holds all additions of all who have it open, for its owner alone")
  func additions() throws {
    let (first, second) = (try AppendOnlyFile(path: path), try AppendOnlyFile(path: path))
    try first.append([1, 2])
    try second.append([3])
    try first.append([4])
    try first.synchronize()
    #expect(try PrivateFile.read(path) == [1, 2, 3, 4])
    #expect(try mode(of: path) == 0o600)
    #expect(try PrivateFile.size(of: path) == 4)
  }

  @Test("that must be new is refused where there is one")
  func new() throws {
    _ = try AppendOnlyFile(path: path, isNew: true)
    #expect { try AppendOnlyFile(path: path, isNew: true) } throws: { error in
      (error as? FileError)?.code == EEXIST
    }
  }

  @Test("can be synced when its name is gone")
  func unlinked() throws {
    let file = try AppendOnlyFile(path: path)
    try PrivateFile.remove(path)
    try file.append([1])
    try file.synchronize()
    #expect(try PrivateFile.size(of: path) == nil)
  }
}

@Suite("A directory")
struct DirectoryTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  @Test("names what is in it, in order")
  func names() throws {
    for name in ["b", "a", ".c", "日本"] {
      try PrivateFile.write([], to: "\(directory.path)/\(name)")
    }
    #expect(try PrivateFile.names(in: directory.path) == [".c", "a", "b", "日本"])
    #expect { try PrivateFile.names(in: directory.path + "/none") } throws: { error in
      "\(error)" == "can't read \(directory.path)/none: No such file or directory"
    }
  }

  @Test("is removed where it is empty")
  func removal() throws {
    let inner = directory.path + "/inner"
    try PrivateFile.makeDirectory(inner)
    try PrivateFile.write([], to: inner + "/file")
    #expect { try PrivateFile.removeDirectory(inner) } throws: { error in
      (error as? FileError)?.code == ENOTEMPTY
    }
    try PrivateFile.remove(inner + "/file")
    try PrivateFile.remove(inner + "/file")
    try PrivateFile.removeDirectory(inner)
    #expect(try PrivateFile.names(in: directory.path) == [])
  }
}
