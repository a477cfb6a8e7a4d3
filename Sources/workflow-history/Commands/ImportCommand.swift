import ArchiveFiles
import ArgumentParser
import Foundation
import Identity
import Postgres
import PostgresHistoryStore
import RPCClient
import Reactor
import Synchronization
import WorkflowHistory
import WorkflowHistoryClient
import WorkflowHistoryMessages

/// Imports executions from a file, or from the service that this one replaces.
struct ImportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import",
    abstract: "Imports executions that were exported, or those of the service before this one.",
    discussion: """
      Needs the scope history:import. Each execution keeps its id, version and times. What is there \
      already stays as it is, so that an import which was cut short is simply begun again. What is \
      refused is told, and the rest imported; the status is then 1.

      With --legacy they come from the table workflow_executions of the Python service: they get ids \
      of the time at which they were created, the same ones each time, and their old ids stand as \
      legacy_id in their metadata.

      Examples:
        workflow-history import history.ndjson
        zstdcat everything.csv.zst | workflow-history import --format csv
        workflow-history import --legacy postgresql://old-host/workflows
      """)

  @Argument(help: "The file. Default, and with -: standard input.")
  var file: String?

  @Option(
    help: ArgumentHelp(
      "How they are written: ndjson, or csv under a line of names. Default: as the file's name ends, "
        + "else ndjson."))
  var format: ArchiveFormat?

  @Option(
    help: ArgumentHelp(
      "The database of the service before this one, as libpq has it. Its table is only read.",
      valueName: "conninfo"))
  var legacy: String?

  @OptionGroup var output: MaintenanceOutputOptions
  @OptionGroup var client: ServerOptions

  func validate() throws {
    if legacy != nil, file != nil || format != nil {
      throw ValidationError("--legacy takes no file and no --format")
    }
  }

  func run() async throws {
    let ledger = ImportLedger()
    if let legacy {
      try await reporting { try await importTable(legacy, ledger) }
    } else {
      try await importFile(ledger)
    }
    if ledger.counts.refused > 0 { throw ExitCode(1) }
  }

  private func importFile(_ ledger: ImportLedger) async throws {
    let path = file.flatMap { $0 == "-" ? nil : $0 }
    guard let handle = path.map({ FileHandle(forReadingAtPath: $0) }) ?? .standardInput else {
      throw fail("\(path ?? "") can't be read")
    }
    let size = path.flatMap {
      try? FileManager.default.attributesOfItem(atPath: $0)[.size] as? Int
    }
    ledger.total = size ?? 0
    try await importAll(
      .file(handle, format ?? .named(path) ?? .ndjson) { ledger.advance(by: $0) }, ledger)
  }

  private func importTable(_ conninfo: String, _ ledger: ImportLedger) async throws {
    let loop = try Loop(name: "legacy")
    let result: Result<Void, any Error>
    do {
      let table = try await loop.bind { eventLoop in
        try await LegacyTable.open(PostgresOptions(conninfo: conninfo), on: eventLoop)
      }
      ledger.total = try await table.run { Int(try await $0.approximateCount()) }
      try await importAll(.table(table), ledger)
      await table.run { $0.close() }
      result = .success(())
    } catch {
      result = .failure(error)
    }
    await loop.stop()
    try result.get()
  }

  private func importAll(_ source: ImportSource, _ ledger: ImportLedger) async throws {
    let printer = output.printer
    printer.begin(["refused", "reason"])
    let progress = ProgressLine()
    let items = ImportedItems(source: source, ledger: ledger, isByCount: legacy != nil)
    func printRefusals() {
      for refusal in ledger.takeRefusals() {
        progress.clear()
        printer.entry(
          terminal: "\(refusal.label): \(refusal.reason)",
          columns: [refusal.label, refusal.reason],
          json: [("refused", .string(refusal.label)), ("reason", .string(refusal.reason))])
      }
    }
    try await client.call(scopes: [.historyImport], retries: Backoff()) { client in
      // Also those that no outcome follows, and those before what ends it all.
      defer {
        progress.clear()
        printRefusals()
      }
      for try await outcome in client.importExecutions(items) {
        ledger.take(outcome)
        printRefusals()
        progress.show(ledger.counts.imported, fraction: ledger.fraction)
      }
    }
    let counts = ledger.counts
    let seconds = spelled(seconds: progress.elapsed / .seconds(1))
    let refused = counts.refused > 0 ? ", refused \(grouped(counts.refused))" : ""
    let summary = "imported \(grouped(counts.imported)) executions in \(seconds)\(refused)"
    if output.json {
      printer.entry(
        terminal: summary, columns: [],
        json: [("imported", .int64(counts.imported)), ("refused", .int64(counts.refused))])
    } else {
      FileHandle.standardError.write(Data("\(summary)\n".utf8))
    }
  }
}

/// The executions of a source that can be read. What can't be is put into the ledger.
private struct ImportedItems: AsyncSequence, Sendable {
  let source: ImportSource
  let ledger: ImportLedger
  /// Whether each counts as a part of the work, or the source tells of that.
  let isByCount: Bool

  struct AsyncIterator: AsyncIteratorProtocol {
    let items: ImportedItems

    mutating func next() async throws -> ArchivedExecution? {
      while let item = try await items.source.next() {
        if items.isByCount { items.ledger.advance(by: 1) }
        switch item.execution {
        case .success(let archived):
          items.ledger.isSent(item.label)
          return archived
        case .failure(let refusal): items.ledger.isRefused(item.label, refusal.reason)
        }
      }
      return nil
    }
  }

  func makeAsyncIterator() -> AsyncIterator { AsyncIterator(items: self) }
}

/// What became of the executions of an import.
private final class ImportLedger: Sendable {
  typealias Refusal = (label: String, reason: String)

  private struct State {
    var total = 0
    var done = 0
    var sent: [String] = []
    var answered = 0
    var imported: Int64 = 0
    var refused: Int64 = 0
    var refusals: [Refusal] = []
  }

  private let state = Mutex(State())

  /// How much work there is, in what ``advance(by:)`` counts; 0 where that is not known.
  var total: Int {
    get { state.withLock(\.total) }
    set { state.withLock { $0.total = newValue } }
  }

  func advance(by count: Int) { state.withLock { $0.done += count } }

  /// Which part of the work is begun; nil where that is not known.
  var fraction: Double? {
    state.withLock { $0.total > 0 ? min(Double($0.done) / Double($0.total), 1) : nil }
  }

  var counts: (imported: Int64, refused: Int64) { state.withLock { ($0.imported, $0.refused) } }

  /// An execution is handed to the client, whose outcomes come in the same order.
  func isSent(_ label: String) { state.withLock { $0.sent.append(label) } }

  func isRefused(_ label: String, _ reason: String) {
    state.withLock { state in
      state.refused += 1
      state.refusals.append((label, reason))
    }
  }

  func take(_ outcome: SaveOutcome) {
    let (label, refusal): (String, SaveRefusal?) = state.withLock { state in
      let label = state.sent[state.answered]
      state.answered += 1
      if state.answered == 1000 {
        state.sent.removeFirst(1000)
        state.answered = 0
      }
      if outcome.refusal == nil { state.imported += 1 }
      return (label, outcome.refusal)
    }
    if let refusal { isRefused(label, refusal.message) }
  }

  /// The refusals that were not taken yet.
  func takeRefusals() -> [Refusal] {
    state.withLock { state in
      defer { state.refusals = [] }
      return state.refusals
    }
  }
}
