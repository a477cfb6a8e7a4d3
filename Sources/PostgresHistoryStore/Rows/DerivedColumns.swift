internal import Postgres
internal import WorkflowHistory

/// What a row has beside its execution, as it is stored.
struct DerivedColumns {
  /// What counts its error: a fingerprint, or a pseudonym.
  var fingerprint: String?
  /// What its tasks did, as ``TaskCounts/encoded``, by their names or labels.
  var taskFigures: [UInt8]?
  /// The digest of its save, sealed or plain.
  var digest: [UInt8]

  static let names = ["error_fingerprint", "task_figures", "save_digest"]
}

extension DerivedColumns {
  /// The values in a row that has ``names`` from the `offset`-th column on.
  init(_ row: Row, from offset: Int) throws(PostgresError) {
    self.init(
      fingerprint: try row.value(offset), taskFigures: try row.value(offset + 1),
      digest: try row.value(offset + 2))
  }
}
