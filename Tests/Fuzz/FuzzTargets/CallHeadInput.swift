import RPC

/// Lines: the method, then a field each, `name: value`. They are read as a call's head
/// and as an answer's trailers.
enum CallHeadInput {
  static func run(_ bytes: [UInt8]) throws(BrokenPromise) -> Bool {
    var lines = String(decoding: bytes, as: UTF8.self)
      .split(separator: "\n", omittingEmptySubsequences: false)[...]
    let words = (lines.popFirst() ?? "").split(separator: " ", maxSplits: 1)
    let fields = lines.map { line in
      let name = line.prefix { $0 != ":" }
      return RPCField(
        name.lowercased(), String(line.dropFirst(name.count + 1).drop { $0 == " " }))
    }
    try checkTrailers(fields)
    var head = CallHead()
    for field in fields {
      head.add(name: Array(field.name.utf8).span, value: Array(field.value.utf8).span)
    }
    let method = words.first.map { Array($0.utf8) } ?? []
    guard (try? head.check(method: method.span)) != nil else { return false }
    try checkHead(head)
    return true
  }

  private static func checkHead(_ head: CallHead) throws(BrokenPromise) {
    if let timeout = head.timeout {
      try promise(
        timeout >= .zero && timeout <= .seconds(99_999_999 * 3600),
        "a timeout has more than 8 digits")
    }
    for name in ["content-type", "grpc-timeout", "grpc-encoding", "te"] {
      try promise(head.metadata[name] == nil, "\(name) is not the caller's own")
    }
  }

  private static func checkTrailers(_ fields: [RPCField]) throws(BrokenPromise) {
    let metadata = Metadata(fields)
    for name in Set(fields.map(\.name)) {
      let values = metadata.binary(name)
      var again = Metadata()
      for value in values { again.add(binary: name, value) }
      // An empty value has no place in a list between commas.
      try promise(
        again.binary(name) == values.filter { !$0.isEmpty }, "Base64 is not its own inverse")
    }
    for field in fields {
      let sent = RPCStatus(.internal, field.value)
      let came = RPCStatus(trailers: Metadata(sent.trailers))
      try promise(
        came.map { $0.message.utf8.elementsEqual(field.value.utf8) } ?? false,
        "a status does not come as it was sent")
      try promise(
        sent.trailers.allSatisfy { $0.value.utf8.allSatisfy { 0x20...0x7e ~= $0 } },
        "a status is sent in other than printable ASCII")
    }
    _ = RPCStatus(trailers: metadata)
  }
}
