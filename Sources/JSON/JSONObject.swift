/// A JSON object that is being written.
public struct JSONObject: Sendable {
  private var content: [UInt8] = []

  /// An object without a member yet.
  public init() {}

  /// The object.
  public var bytes: [UInt8] { [UInt8(ascii: "{")] + content + [UInt8(ascii: "}")] }

  /// Appends a member, after those before it.
  ///
  /// - Parameters:
  ///   - name: Its name, which no other has.
  ///   - value: The JSON of its value.
  public mutating func append(_ name: String, _ value: some Collection<UInt8>) {
    begin(name)
    content.append(contentsOf: value)
  }

  /// Appends a member whose value is a text.
  public mutating func append(_ name: String, text: String) {
    begin(name)
    content.appendJSONString(text)
  }

  private mutating func begin(_ name: String) {
    if !content.isEmpty { content.append(UInt8(ascii: ",")) }
    content.appendJSONString(name)
    content.append(UInt8(ascii: ":"))
  }
}

extension [UInt8] {
  /// Appends a JSON array.
  ///
  /// - Parameter elements: The JSON of each.
  public mutating func appendJSONArray(_ elements: some Sequence<some Collection<UInt8>>) {
    append(UInt8(ascii: "["))
    for (index, element) in elements.enumerated() {
      if index > 0 { append(UInt8(ascii: ",")) }
      append(contentsOf: element)
    }
    append(UInt8(ascii: "]"))
  }
}
