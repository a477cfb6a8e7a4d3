// Runs the private Postgres of a data directory for as long as standard input is open: a server
// in a process of its own, for tests to share Postgres with, and to kill.

import Foundation
import Logging
import PostgresSupervisor

do {
  let postgres = try await PrivatePostgres.start(
    dataDirectory: CommandLine.arguments[1],
    logger: Logger(label: "private-postgres") { StreamLogHandler.standardError(label: $0) })
  FileHandle.standardOutput.write(Data((postgres.conninfo + "\n").utf8))
  while readLine() != nil {}
  await postgres.stop()
} catch {
  FileHandle.standardOutput.write(Data("\(error)\n".utf8))
  throw error
}
