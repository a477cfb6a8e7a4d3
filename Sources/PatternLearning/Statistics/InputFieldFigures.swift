internal import WorkflowHistory

/// The figures of one field of the input, by value.
struct InputFieldFigures: Equatable, Sendable, ByteCoded {
  let path: String
  var values = ValueTable()

  init(path: String) { self.path = path }

  func write(to bytes: inout [UInt8]) {
    path.write(to: &bytes)
    values.write(to: &bytes) { condition, bytes in
      if case .input(let field) = condition { field.value.write(to: &bytes) }
    }
  }

  init(from reader: inout VariableLengthReader) throws(MalformedBytes) {
    let path = try reader.text()
    self.path = path
    values = try ValueTable(from: &reader) { reader throws(MalformedBytes) in
      .input(InputField(path: path, value: try InputValue(from: &reader)))
    }
  }
}
