import ArchiveFiles
import ArgumentParser
import Foundation
import Identity
import WorkflowHistory
import WorkflowHistoryClient
import WorkflowHistoryMessages

/// Writes executions to a file.
struct ExportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract:
      "Writes all executions that meet the filters, oldest first, as they are at one instant.",
    discussion: """
      Imported into an empty server and exported again, they are the same bytes. A file gets its name \
      when it is whole; while it is written, .partial is behind it.

      Examples:
        workflow-history export --output history.ndjson
        workflow-history export --all-users --format csv | zstd > everything.csv.zst
        workflow-history export --workflow-type etl --created-after 2026-05-01 | jq .error_message
      """)

  @OptionGroup var users: UsersOptions
  @OptionGroup var filters: FilterOptions

  @Option(
    help: ArgumentHelp(
      "How they are written. ndjson: a JSON object a line; csv: RFC 4180, with a line of names. "
        + "Default: as the output's name ends, else ndjson."))
  var format: ArchiveFormat?

  @Option(
    name: [.short, .long],
    help: ArgumentHelp("The file that is written. Default: standard output.", valueName: "file"))
  var output: String?

  @OptionGroup var client: ServerOptions

  func run() async throws {
    let request = ExportWorkflowExecutionsRequest(
      userID: users.user ?? "", isOfAllUsers: users.allUsers,
      workflowID: filters.workflowID ?? "", workflowType: filters.workflowType ?? "",
      statuses: filters.status, createdAfter: filters.createdAfter,
      createdBefore: filters.createdBefore, includesTotal: isatty(STDERR_FILENO) == 1)
    let encoder = ArchiveEncoder(format ?? .named(output) ?? .ndjson)
    let progress = ProgressLine()
    let count = try await client.call(scopes: users.allUsers ? [.historyAny] : []) { client in
      defer { progress.clear() }
      let file = try OutputFile(output)
      let count = try await write(client.export(request), to: file, encoder, progress)
      try file.finish()
      return count
    }
    FileHandle.standardError.write(
      Data(
        "exported \(grouped(count)) executions in \(spelled(seconds: progress.elapsed / .seconds(1)))\n"
          .utf8))
  }

  private func write(
    _ executions: ExportedExecutions, to file: OutputFile, _ encoder: ArchiveEncoder,
    _ progress: ProgressLine
  ) async throws -> Int64 {
    var count: Int64 = 0
    var bytes = encoder.header
    var iterator = executions.makeAsyncIterator()
    while let archived = try await iterator.next() {
      encoder.append(archived, to: &bytes)
      count += 1
      guard bytes.count > 1 << 18 else { continue }
      try file.write(bytes)
      bytes.removeAll(keepingCapacity: true)
      progress.show(count, fraction: iterator.total.map { Double(count) / Double($0) })
    }
    try file.write(bytes)
    return count
  }
}

extension ArchiveFormat {
  /// What the name of a file says; nil where it says nothing.
  static func named(_ file: String?) -> ArchiveFormat? {
    guard let ending = file?.split(separator: ".").last?.lowercased() else { return nil }
    return ["jsonl", "json"].contains(ending) ? .ndjson : ArchiveFormat(rawValue: ending)
  }
}

/// A file that gets its name when it is whole, or standard output.
private final class OutputFile {
  private let path: String?
  private let handle: FileHandle
  private var isWhole = false

  private var partial: String? { path.map { $0 + ".partial" } }

  init(_ path: String?) throws {
    self.path = path
    guard let path else {
      handle = .standardOutput
      return
    }
    let partial = path + ".partial"
    guard FileManager.default.createFile(atPath: partial, contents: nil),
      let handle = FileHandle(forWritingAtPath: partial)
    else { throw fail("\(partial) can't be written") }
    self.handle = handle
  }

  deinit {
    if let partial, !isWhole { try? FileManager.default.removeItem(atPath: partial) }
  }

  func write(_ bytes: [UInt8]) throws {
    guard let partial else { return try writeOutput(bytes) }
    do { try handle.write(contentsOf: Data(bytes)) } catch {
      throw fail("\(partial) can't be written: \(error.localizedDescription)")
    }
  }

  /// Names it, when all of it is on the disk.
  func finish() throws {
    guard let path, let partial else { return }
    do {
      try handle.synchronize()
      try handle.close()
      guard rename(partial, path) == 0 else {
        throw NSError(domain: NSPOSIXErrorDomain, code: Int(errno))
      }
      isWhole = true
    } catch {
      throw fail("\(path) can't be written: \(error.localizedDescription)")
    }
  }
}
