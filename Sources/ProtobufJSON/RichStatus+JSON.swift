import JSON
public import ProtobufMessages

extension RichStatus {
  /// The status as a `google.rpc.Status` in protobuf's JSON, on one line without white space.
  ///
  /// Each detail is an object that names its type: `{"@type":"type.googleapis.com/google.rpc.BadRequest",
  /// "fieldViolations":[{"field":"execution.end_time","description":"..."}]}`.
  public var json: [UInt8] {
    var output = Array("{\"code\":\(code),\"message\":".utf8)
    output.appendJSONString(message)
    output.append(details, named: "details") { $0.append($1) }
    output.append(UInt8(ascii: "}"))
    return output
  }
}

extension [UInt8] {
  fileprivate mutating func append(_ detail: StatusDetail) {
    switch detail {
    case .badRequest(let violations):
      begin("BadRequest")
      append(violations, named: "fieldViolations") { output, violation in
        output.append(contentsOf: "{\"field\":".utf8)
        output.appendJSONString(violation.field)
        output.append("description", violation.description)
        output.append(UInt8(ascii: "}"))
      }
    case .retryInfo(let delay):
      begin("RetryInfo")
      let (seconds, attoseconds) = delay.components
      let time = SecondsAndNanos(seconds: seconds, nanos: Int32(attoseconds / 1_000_000_000))
      if let text = time.durationText { append("retryDelay", text) }
    case .errorInfo(let reason, let domain, let metadata):
      begin("ErrorInfo")
      append("reason", reason)
      append("domain", domain)
      if !metadata.isEmpty {
        append(contentsOf: ",\"metadata\":{".utf8)
        for (index, entry) in metadata.sorted(by: { $0.key < $1.key }).enumerated() {
          if index > 0 { append(UInt8(ascii: ",")) }
          appendJSONString(entry.key)
          append(UInt8(ascii: ":"))
          appendJSONString(entry.value)
        }
        append(UInt8(ascii: "}"))
      }
    }
    append(UInt8(ascii: "}"))
  }

  /// Begins the object of a detail of this type.
  private mutating func begin(_ type: String) {
    append(contentsOf: "{\"@type\":\"type.googleapis.com/google.rpc.\(type)\"".utf8)
  }

  /// Appends a further member that is a string.
  private mutating func append(_ name: String, _ value: String) {
    append(contentsOf: ",\"\(name)\":".utf8)
    appendJSONString(value)
  }

  /// Appends a further member that is an array. Nothing, where that has no elements.
  fileprivate mutating func append<Item>(
    _ elements: [Item], named name: String, _ append: (inout [UInt8], Item) -> Void
  ) {
    if elements.isEmpty { return }
    self.append(contentsOf: ",\"\(name)\":[".utf8)
    for (index, element) in elements.enumerated() {
      if index > 0 { self.append(UInt8(ascii: ",")) }
      append(&self, element)
    }
    self.append(UInt8(ascii: "]"))
  }
}
