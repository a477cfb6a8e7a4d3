/// An array while it is built: one buffer, in the server's binary format, whatever the elements are.
public struct ArrayParameter: Sendable {
  private let element: DataType
  private var bytes: [UInt8] = []
  private var hasNulls = false
  /// How many elements there are.
  public private(set) var count = 0

  /// An empty array of this type's values.
  public init(of element: DataType) { self.element = element }

  /// Appends an element, whose case must be that of the array's type.
  public mutating func append(_ value: Parameter) {
    count += 1
    let start = bytes.count
    bytes.append(bigEndian: Int32(-1))
    guard value.encode(into: &bytes) else {
      hasNulls = true
      return
    }
    var length = UInt32(bytes.count - start - 4)
    for index in stride(from: start + 3, through: start, by: -1) {
      bytes[index] = UInt8(truncatingIfNeeded: length)
      length >>= 8
    }
  }

  func encode(into output: inout [UInt8]) {
    output.append(arrayOf: element, count: count, hasNulls: hasNulls)
    output.append(contentsOf: bytes)
  }
}
