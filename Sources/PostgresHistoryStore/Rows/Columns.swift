internal import Postgres

/// Rows as parameters: an array for each column.
struct Columns {
  private var arrays: [ArrayParameter]

  init(_ types: [DataType]) { arrays = types.map { ArrayParameter(of: $0) } }

  mutating func append(_ row: [Parameter]) {
    for (index, value) in row.enumerated() { arrays[index].append(value) }
  }

  var parameters: [Parameter] { arrays.map { .array($0) } }
}
