public import ArchiveFiles
public import ArgumentParser
import Foundation
import JSON
public import PatternLearning
public import WorkflowHistory
import WorkflowHistoryMessages

extension ExecutionID: ExpressibleByArgument {
  /// The id that a command's argument says.
  public init?(argument: String) { self.init(argument) }
}

extension Timestamp: ExpressibleByArgument {
  /// The instant that a command's argument says, as RFC 3339.
  public init?(argument: String) { self.init(rfc3339: argument) }
}

extension PatternKind: ExpressibleByArgument {
  /// The kind that a command's argument says, as a status is said.
  public init?(argument: String) {
    let name = argument.uppercased()
    guard let kind = Self.allCases.first(where: { $0.name == name || $0.protoName == name })
    else { return nil }
    self = kind
  }

  /// What help and errors list.
  public static var allValueStrings: [String] { allCases.map(\.name) }
}

extension WorkflowStatus: ExpressibleByArgument {
  /// The status that a command's argument says: its name in any case, with the proto's prefix or
  /// without.
  public init?(argument: String) { self.init(name: argument) }

  /// What help and errors list.
  public static var allValueStrings: [String] { allCases.map(\.name) }
}

extension ArchiveFormat: ExpressibleByArgument {}

/// A JSON document as one gives it to a command: the text, or where it is.
struct DocumentArgument: ExpressibleByArgument {
  let argument: String

  init(argument: String) { self.argument = argument }

  var isStandardInput: Bool { argument == "@-" }

  /// The document, checked here, so that what is wrong is said of the flag.
  func document(flag: String) throws -> JSONDocument {
    do {
      return try JSONDocument(checking: try bytes())
    } catch let error as JSONError {
      throw fail("\(flag): not a JSON document that can be kept: \(error)")
    } catch {
      throw fail("\(flag): \(argument.dropFirst()) can't be read: \(error.localizedDescription)")
    }
  }

  private func bytes() throws -> [UInt8] {
    if isStandardInput {
      return try FileHandle.standardInput.readToEnd().map(Array.init) ?? []
    }
    guard argument.hasPrefix("@") else { return Array(argument.utf8) }
    return Array(try Data(contentsOf: URL(fileURLWithPath: String(argument.dropFirst()))))
  }
}
