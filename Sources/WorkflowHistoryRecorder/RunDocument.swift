internal import Foundation
internal import WorkflowHistory

/// A JSON document of a run: what it was given, what it made, or what is to be kept beside it.
///
/// One that is no JSON, or none that a server keeps, fails no run: it is left out, logged and counted.
public struct RunDocument: Sendable {
  /// Why there is none.
  struct Failure: Error { let reason: String }

  let result: Result<JSONDocument, Failure>

  /// A value as JSON, its dates in ISO 8601.
  public static func encoding(_ value: some Encodable) -> RunDocument {
    let encoder = JSONEncoder()
    encoder.dateEncodingStrategy = .iso8601
    encoder.outputFormatting = .withoutEscapingSlashes
    do {
      return RunDocument(checking: Array(try encoder.encode(value)))
    } catch {
      return RunDocument(result: .failure(Failure(reason: "\(error)")))
    }
  }

  /// What is JSON already.
  public static func json(_ text: String) -> RunDocument {
    RunDocument(checking: Array(text.utf8))
  }

  private init(checking utf8: [UInt8]) {
    do {
      result = .success(try JSONDocument(checking: utf8))
    } catch {
      result = .failure(Failure(reason: "\(error)"))
    }
  }

  private init(result: Result<JSONDocument, Failure>) { self.result = result }
}

/// The documents of a run's beginning, or of its end.
struct RunDocuments: Sendable {
  var input, metadata, output, tasks: RunDocument?
}
