import Foundation

/// Messages that programs fail with, in the groups that their fingerprints must make.
///
/// They stand in Tests/Support/ErrorMessages, a file for each kind of program: `## `, what the group is,
/// its messages with `--` between them. The rules were made without those groups that are `(held back)`.
struct ErrorMessages {
  struct Group: Sendable {
    let file: String
    let name: String
    let messages: [String]

    var isHeldBack: Bool { name.hasSuffix("(held back)") }
  }

  static func groups() throws -> [Group] {
    let folder = URL(filePath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Support/ErrorMessages")
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    return try names.flatMap { name in
      let text = try String(contentsOf: folder.appending(path: name), encoding: .utf8)
      return ("\n" + text).split(separator: "\n## ").map { part in
        let title = part.prefix { $0 != "\n" }
        let messages = part.dropFirst(title.count + 1).split(separator: "\n--\n")
          .map { $0.trimmingCharacters(in: .newlines) }
        return Group(file: name, name: String(title), messages: messages)
      }
    }
  }
}

/// How well fingerprints group messages.
struct GroupingScore {
  var groups = 0
  var messages = 0
  /// Groups whose messages all have one fingerprint, that no other group has.
  var right = 0
  /// How many fingerprints there are too many, in all groups.
  var splits = 0
  /// How many groups have a fingerprint that another one has.
  var merges = 0
  /// The groups that are wrong, with their fingerprints.
  var wrong: [String] = []

  /// The score of some groups among all.
  init(
    of groups: [ErrorMessages.Group], among all: [ErrorMessages.Group],
    _ fingerprint: (String) -> String
  ) {
    let owners = Dictionary(
      all.flatMap { group in Set(group.messages.map(fingerprint)).map { ($0, 1) } },
      uniquingKeysWith: +)
    for group in groups {
      let fingerprints = Set(group.messages.map(fingerprint))
      let isShared = fingerprints.contains { owners[$0]! > 1 }
      self.groups += 1
      messages += group.messages.count
      splits += fingerprints.count - 1
      if isShared { merges += 1 }
      if fingerprints.count == 1, !isShared {
        right += 1
      } else {
        wrong.append("\(group.name): \(fingerprints.sorted())")
      }
    }
  }
}
