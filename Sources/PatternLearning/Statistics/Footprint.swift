// How much memory values take, in bytes, beside what stands inline in whatever holds them.

extension Array {
  /// That of the buffer: its header and its room.
  var bufferFootprint: Int {
    capacity == 0 ? 0 : 32 + capacity * MemoryLayout<Element>.stride
  }
}

extension Dictionary {
  /// That of the buffer. A dictionary is at most three quarters full.
  var bufferFootprint: Int {
    let stride = MemoryLayout<Key>.stride + MemoryLayout<Value>.stride
    return capacity == 0 ? 0 : 64 + capacity * 4 / 3 * stride
  }
}

extension String {
  /// That of its buffer, if it has one: texts of up to 15 bytes stand inline.
  var footprint: Int { utf8.count > 15 ? 32 + utf8.count : 0 }
}

extension Condition {
  /// That of its text. Paths are those of the fields that hold them.
  var footprint: Int {
    switch self {
    case .input(let field):
      if case .text(let text) = field.value { text.footprint } else { 0 }
    case .preceding(let type): type.footprint
    case .retry(let error): error?.footprint ?? 0
    case .hour, .weekday, .since: 0
    }
  }
}
