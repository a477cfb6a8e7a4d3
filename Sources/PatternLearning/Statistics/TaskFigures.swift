internal import WorkflowHistory

/// How long one task took, day by day.
struct TaskFigures: Equatable, Sendable, ByteCoded {
  let name: String
  var series = DailySeries<TaskDay>()

  init(name: String) { self.name = name }

  func write(to bytes: inout [UInt8]) {
    name.write(to: &bytes)
    series.write(to: &bytes)
  }

  init(from reader: inout VariableLengthReader) throws(MalformedBytes) {
    name = try reader.text()
    series = try DailySeries(from: &reader)
  }
}
