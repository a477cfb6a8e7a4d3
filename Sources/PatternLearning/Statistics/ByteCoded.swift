internal import WorkflowHistory

/// What can be written as bytes and read again.
protocol ByteCoded {
  func write(to bytes: inout [UInt8])
  /// Reads what ``write(to:)`` wrote: from other bytes some value that breaks no rule of its type,
  /// or an error.
  init(from reader: inout VariableLengthReader) throws(MalformedBytes)
}

extension Array: ByteCoded where Element: ByteCoded {
  func write(to bytes: inout [UInt8]) {
    bytes.append(variableLength: UInt64(count))
    for element in self { element.write(to: &bytes) }
  }

  init(from reader: inout VariableLengthReader) throws(MalformedBytes) {
    self.init()
    // Room is taken as elements come, for the count may say anything.
    for _ in 0..<(try reader.number()) { append(try Element(from: &reader)) }
  }
}

extension Int64: ByteCoded {
  func write(to bytes: inout [UInt8]) { bytes.append(zigzag: self) }

  init(from reader: inout VariableLengthReader) throws(MalformedBytes) {
    self = try reader.zigzag()
  }
}

extension UInt64: ByteCoded {
  func write(to bytes: inout [UInt8]) { bytes.append(variableLength: self) }

  init(from reader: inout VariableLengthReader) throws(MalformedBytes) {
    self = try reader.number()
  }
}

extension Int32: ByteCoded {
  func write(to bytes: inout [UInt8]) { bytes.append(zigzag: Int64(self)) }

  init(from reader: inout VariableLengthReader) throws(MalformedBytes) {
    guard let number = Int32(exactly: try reader.zigzag()) else { throw MalformedBytes() }
    self = number
  }
}

extension Bool: ByteCoded {
  func write(to bytes: inout [UInt8]) { bytes.append(self ? 1 : 0) }

  init(from reader: inout VariableLengthReader) throws(MalformedBytes) {
    self = try reader.byte() != 0
  }
}

extension Double: ByteCoded {
  func write(to bytes: inout [UInt8]) { bytes.append(variableLength: bitPattern.byteSwapped) }

  init(from reader: inout VariableLengthReader) throws(MalformedBytes) {
    self.init(bitPattern: try reader.number().byteSwapped)
    guard isFinite else { throw MalformedBytes() }
  }
}

extension String: ByteCoded {
  func write(to bytes: inout [UInt8]) { bytes.append(lengthAndText: self) }

  init(from reader: inout VariableLengthReader) throws(MalformedBytes) {
    self = try reader.text()
  }
}

extension VariableLengthReader {
  /// Reads a count: at least 0, and so small that sums of it do not overflow.
  mutating func count() throws(MalformedBytes) -> Int64 {
    let number = try number()
    guard number <= 1 << 48 else { throw MalformedBytes() }
    return Int64(number)
  }

  /// Reads a day or a week since 1970: no further from it than any id can be.
  mutating func day() throws(MalformedBytes) -> Int32 {
    let day = try Int32(from: &self)
    guard day.magnitude < 1 << 24 else { throw MalformedBytes() }
    return day
  }
}
