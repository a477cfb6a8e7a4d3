internal import WorkflowHistory

/// Something that may be true of an execution, and may have to do with how it ends.
public enum Condition: Hashable, Sendable {
  /// Its UTC hour: 0 to 23.
  case hour(UInt8)
  /// Its UTC weekday as ISO 8601 numbers them: 1 is Monday, 7 Sunday.
  case weekday(UInt8)
  /// A field of its input holds a value.
  case input(InputField)
  /// The user's execution before it is of a type.
  case preceding(String)
  /// The execution of the same workflow before it failed: with an error of this fingerprint, or
  /// with any where it is nil.
  case retry(error: String?)
  /// It ran on this UTC day or later, in days since 1970-01-01.
  case since(Int32)

  /// What it is kept under: the same in each process.
  var key: UInt64 {
    var hash = StableHash()
    switch self {
    case .hour(let hour):
      hash.combine(1)
      hash.combine(hour)
    case .weekday(let weekday):
      hash.combine(2)
      hash.combine(weekday)
    case .input(let field):
      hash.combine(3)
      hash.combine(field.path)
      hash.combine(field.value.description)
    case .preceding(let type):
      hash.combine(4)
      hash.combine(type)
    case .retry(let error):
      hash.combine(5)
      if let error { hash.combine(error) }
    case .since(let day):
      hash.combine(6)
      hash.combine(Int(day))
    }
    return hash.value
  }
}

extension InputValue: ByteCoded {
  func write(to bytes: inout [UInt8]) {
    switch self {
    case .text(let text):
      bytes.append(0)
      text.write(to: &bytes)
    case .integer(let number):
      bytes.append(1)
      Int64(number).write(to: &bytes)
    case .magnitude(let isNegative, let exponent):
      bytes.append(isNegative ? 3 : 2)
      Int64(exponent).write(to: &bytes)
    case .boolean(let value): bytes.append(value ? 5 : 4)
    case .null: bytes.append(6)
    }
  }

  init(from reader: inout VariableLengthReader) throws(MalformedBytes) {
    let kind = try reader.byte()
    switch kind {
    case 0: self = .text(try reader.text())
    case 1, 2, 3:
      guard let number = Int16(exactly: try reader.zigzag()), number.magnitude < 1000 else {
        throw MalformedBytes()
      }
      self = kind == 1 ? .integer(number) : .magnitude(isNegative: kind == 3, exponent: number)
    case 4, 5: self = .boolean(kind == 5)
    case 6: self = .null
    default: throw MalformedBytes()
    }
  }
}
