import ArgumentParser
import Foundation
import Postgres
import ProtobufMessages
import RPC
import WorkflowHistoryClient

/// Says in one line on standard error what went wrong; the command then ends with status 1.
func fail(_ reason: String) -> ExitCode {
  FileHandle.standardError.write(Data("workflow-history: \(reason)\n".utf8))
  return ExitCode(1)
}

/// Runs `body`, and says in one line what it throws.
func reporting<T>(_ body: () async throws -> T) async throws -> T {
  do {
    return try await body()
  } catch let exit as ExitCode {
    throw exit
  } catch let status as RPCStatus {
    throw fail(status.explanation)
  } catch let error as WorkflowHistoryError {
    throw fail(error.status.explanation)
  } catch let error as PostgresError {
    // Whoever starts a server may know what the database said in full; one line of it.
    throw fail(error.debugDescription.split(separator: "\n").joined(separator: ": "))
  } catch {
    throw fail("\(error)")
  }
}

extension RPCStatus {
  /// The code and the message, then an indented line for each field that was refused, and for when
  /// to try again.
  var explanation: String {
    var summary = description
    var lines: [String] = []
    for detail in details {
      switch detail {
      case .badRequest(let violations):
        let refusals = violations.map { "\($0.field): \($0.description)" }
        // A message that only repeats them is not said twice.
        if message == refusals.joined(separator: "; ") { summary = "\(code): refused" }
        lines += refusals
      case .retryInfo(let delay):
        lines.append("try again in \(spelled(seconds: delay / .seconds(1)))")
      case .errorInfo: break
      }
    }
    return ([summary] + lines).map(\.withVisibleControls).joined(separator: "\n  ")
  }
}
