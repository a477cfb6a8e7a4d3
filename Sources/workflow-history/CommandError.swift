import ArgumentParser
import Foundation

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
  } catch {
    throw fail("\(error)")
  }
}
