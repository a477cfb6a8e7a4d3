import Foundation
import Logging
import PrivateFiles
import RPC
import WorkflowHistory
import WorkflowHistoryService

/// Writes audit records to a file: each a JSON object on a line, before its caller is answered.
struct AuditFile: Sendable {
  private let file: AppendOnlyFile
  private let logger: Logger

  init(path: String, logger: Logger) throws {
    file = try AppendOnlyFile(path: path)
    self.logger = logger
  }

  func keep(_ record: AuditRecord) {
    do throws(FileError) {
      try file.append(Array((Self.json(record, at: .now).line + "\n").utf8))
    } catch {
      // The call has had its effect: what can be done is to say so.
      logger.error("an audit record is lost: \(error)", metadata: ["method": "\(record.method)"])
    }
  }

  /// Goes on in the file that is at the path now, such as after a rotation.
  func reopen() {
    do throws(FileError) {
      try file.reopen()
    } catch {
      logger.error("the audit log goes on in the file that it had: \(error)")
    }
  }

  static func json(_ record: AuditRecord, at now: Timestamp) -> JSONValue {
    let names = record.peer.certificateNames
    return .object([
      ("time", .string(now.rfc3339)), ("method", .string(record.method)),
      ("caller", record.caller.map { .string($0) }), ("user", record.userID.map { .string($0) }),
      ("execution", record.executionID.map { .string($0.description) }),
      ("outcome", .string(record.code.description)), ("peer", .string(record.peer.address)),
      ("certificate", names.isEmpty ? nil : .array(names.map { .string($0) })),
      ("trace", record.traceID.map { .string($0) }),
    ])
  }
}
