import FileTesting
import Foundation
import PrivateFiles
import Testing

#if canImport(Glibc)
  import Glibc
#endif

@Suite("A private file")
final class PrivateFileTests {
  let directory: TemporaryDirectory
  let path: String

  init() throws {
    directory = try TemporaryDirectory()
    path = directory.path + "/secret"
  }

  @Test("comes back as it was written", arguments: [0, 1, 4096, 4097, 300_000])
  func roundTrip(size: Int) throws {
    let bytes = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    #expect(try PrivateFile.write(bytes, to: path))
    #expect(try PrivateFile.read(path) == bytes)
  }

  @Test("is nil when there is none")
  func missing() throws {
    #expect(try PrivateFile.read(path) == nil)
  }

  @Test("is for its owner alone unless it is asked for otherwise", arguments: [nil, 0o644, 0o400])
  func modes(wanted: UInt16?) throws {
    if let wanted {
      try PrivateFile.write([1], to: path, mode: wanted)
    } else {
      try PrivateFile.write([1], to: path)
    }
    #expect(try mode(of: path) == Int(wanted ?? 0o600))
  }

  @Test("has its own mode after it replaced one that all could read")
  func replacedMode() throws {
    try PrivateFile.write([1], to: path, mode: 0o644)
    try PrivateFile.write([2], to: path)
    #expect(try mode(of: path) == 0o600)
    #expect(try PrivateFile.read(path) == [2])
  }

  @Test("is read up to the limit and refused past it")
  func limit() throws {
    try PrivateFile.write([1, 2, 3], to: path)
    #expect(try PrivateFile.read(path, limit: 3) == [1, 2, 3])
    #expect(throws: FileError(operation: "read", path: path, code: EFBIG)) {
      try PrivateFile.read(path, limit: 2)
    }
  }

  @Test("is left as it is by a write that may not replace")
  func notReplaced() throws {
    #expect(try PrivateFile.write([1], to: path, replacing: false))
    #expect(try PrivateFile.write([2], to: path, replacing: false) == false)
    #expect(try PrivateFile.read(path) == [1])
    #expect(try directory.names == ["secret"])
  }

  @Test("is whole at every moment while it is replaced")
  func atomicReplacement() async throws {
    let path = path
    let contents = [UInt8(ascii: "a"), UInt8(ascii: "b")].map { byte in
      [UInt8](repeating: byte, count: 200_000)
    }
    try PrivateFile.write(contents[0], to: path)
    try await withThrowingTaskGroup { group in
      group.addTask {
        for turn in 1...60 { try PrivateFile.write(contents[turn % 2], to: path) }
      }
      group.addTask {
        for _ in 1...300 {
          let seen = try #require(try PrivateFile.read(path))
          let isWhole = contents.contains(seen)
          #expect(isWhole, "\(seen.count) bytes")
        }
      }
      try await group.waitForAll()
    }
    #expect(try directory.names == ["secret"])
  }

  @Test("is made by one alone of those that write it at once without replacing")
  func oneWriterWins() async throws {
    let path = path
    let winners = try await withThrowingTaskGroup { group in
      for writer in UInt8(0)..<16 {
        group.addTask {
          try PrivateFile.write([writer], to: path, replacing: false) ? writer : nil
        }
      }
      return try await group.reduce(into: []) { $0 += [$1].compactMap(\.self) }
    }
    #expect(winners.count == 1)
    #expect(try PrivateFile.read(path) == winners)
    #expect(try directory.names == ["secret"])
  }

  @Test("leaves nothing behind when it can't be written")
  func failedWrite() throws {
    try PrivateFile.makeDirectory(path + "/in the way")
    #expect { try PrivateFile.write([1], to: path) } throws: { error in
      "\(error)".hasPrefix("can't write \(path): ")
    }
    #expect(try directory.names == ["secret"])
  }

  @Test("can't be written where there is no directory")
  func noDirectory() {
    #expect(throws: FileError(operation: "write", path: path + "/x", code: ENOENT)) {
      try PrivateFile.write([1], to: path + "/x")
    }
  }
}

@Suite("A private directory")
final class PrivateDirectoryTests {
  let parent: TemporaryDirectory

  init() throws {
    parent = try TemporaryDirectory()
  }

  @Test("is made for its owner alone, with those above it", arguments: ["a", "a/b/c", "a/b/"])
  func nested(name: String) throws {
    try PrivateFile.makeDirectory(parent.path + "/" + name)
    var path = parent.path
    for part in name.split(separator: "/") {
      path += "/\(part)"
      #expect(try mode(of: path) == 0o700)
    }
  }

  @Test("is left as it is when it exists")
  func existing() throws {
    let path = parent.path + "/shared"
    try PrivateFile.makeDirectory(path)
    try FileManager.default.setAttributes([.posixPermissions: 0o750], ofItemAtPath: path)
    try PrivateFile.makeDirectory(path)
    #expect(try mode(of: path) == 0o750)
  }

  @Test("is refused where a file stands")
  func fileInTheWay() throws {
    let path = parent.path + "/file"
    try PrivateFile.write([], to: path)
    for refused in [path, path + "/below"] {
      #expect(throws: FileError(operation: "make the directory", path: refused, code: ENOTDIR)) {
        try PrivateFile.makeDirectory(refused)
      }
    }
  }
}
