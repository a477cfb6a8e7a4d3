internal import TextEncoding

/// One field of a call's metadata: lowercase name, and value as it stands on the wire.
public struct RPCField: Hashable, Sendable {
  /// The name, lowercase.
  public var name: String
  /// The value, Base64 where the name ends in `-bin`.
  public var value: String

  /// A field.
  public init(_ name: String, _ value: String) {
    self.name = name
    self.value = value
  }
}

/// What accompanies a call beside its messages: fields in their order, names perhaps repeated.
///
/// They are kept as the bytes that they are on the wire, in one piece of memory: most of what a
/// caller sends along nobody asks for.
public struct Metadata: Equatable, Sendable {
  /// Of each field the sizes of its name and of its value, and then both.
  private var storage: [UInt8] = []

  private static let sizeBytes = MemoryLayout<UInt32>.size

  /// Metadata of these fields.
  public init(_ fields: [RPCField] = []) {
    for field in fields { add(field.name, field.value) }
  }

  /// Whether there is no field.
  public var isEmpty: Bool { storage.isEmpty }

  /// The bytes of memory that it takes.
  var allocatedBytes: Int { storage.capacity }

  /// The fields as they stand on the wire, Base64 where a name ends in `-bin`. Bytes outside of
  /// UTF-8 are replaced.
  public var fields: [RPCField] {
    var fields: [RPCField] = []
    forEach { name, value in
      fields.append(RPCField(text(name), text(value)))
      return true
    }
    return fields
  }

  /// The first value of a name. For names that do not end in `-bin`.
  public subscript(name: String) -> String? { firstValue(of: name).map(text) }

  /// All values of a name whose value is a list, as one list (RFC 9110, section 5.3). Nil: there is none.
  public func list(_ name: String) -> String? {
    var list: String?
    forEach { candidate, value in
      guard storage.span.extracting(candidate).says(name) else { return true }
      list = list.map { $0 + "," + text(value) } ?? text(value)
      return true
    }
    return list
  }

  /// All values of a name that ends in `-bin`, decoded; what is not Base64 is left out. Several
  /// may stand in one field, with commas between.
  public func binary(_ name: String) -> [[UInt8]] {
    fields.filter { $0.name == name }.flatMap { field in
      field.value.split(separator: ",").compactMap {
        Base64.decode($0.drop { $0 == " " }.prefix { $0 != " " }.utf8Span.span)
      }
    }
  }

  /// Hands over the value of a name as its bytes, where it has exactly one.
  ///
  /// - Returns: what `body` returns; nil where there is no such field, or more than one.
  public func withOnly<R>(_ name: String, _ body: (Span<UInt8>) -> R) -> R? {
    var only: Range<Int>?
    var count = 0
    forEach { candidate, value in
      if storage.span.extracting(candidate).says(name) {
        only = value
        count += 1
      }
      return count < 2
    }
    guard count == 1, let only else { return nil }
    return body(storage.span.extracting(only))
  }

  /// Adds a value. The name is lowercase and does not end in `-bin`.
  public mutating func add(_ name: String, _ value: String) {
    addSizes(name.utf8.count, value.utf8.count)
    storage.append(contentsOf: name.utf8)
    storage.append(contentsOf: value.utf8)
  }

  /// Adds bytes to a name that ends in `-bin`.
  public mutating func add(binary name: String, _ bytes: [UInt8]) {
    add(name, Base64.encode(bytes))
  }

  mutating func add(name: Span<UInt8>, value: Span<UInt8>) {
    // Room for a token, a trace and the client's name.
    if storage.isEmpty { storage.reserveCapacity(512) }
    addSizes(name.count, value.count)
    storage.append(name)
    storage.append(value)
  }

  private mutating func addSizes(_ name: Int, _ value: Int) {
    var sizes = UInt64(name) | UInt64(value) << (8 * UInt64(Self.sizeBytes))
    for _ in 0..<2 * Self.sizeBytes {
      storage.append(UInt8(truncatingIfNeeded: sizes))
      sizes >>= 8
    }
  }

  /// Hands over the places of each name and value, for as long as `body` returns true.
  private func forEach(_ body: (_ name: Range<Int>, _ value: Range<Int>) -> Bool) {
    var at = 0
    while at < storage.count {
      let name = at + 2 * Self.sizeBytes
      let value = name + size(at: at)
      let end = value + size(at: at + Self.sizeBytes)
      guard body(name..<value, value..<end) else { return }
      at = end
    }
  }

  private func size(at start: Int) -> Int {
    var size = 0
    for index in 0..<Self.sizeBytes { size |= Int(storage[start + index]) << (8 * index) }
    return size
  }

  private func firstValue(of name: String) -> Range<Int>? {
    var found: Range<Int>?
    forEach { candidate, value in
      if storage.span.extracting(candidate).says(name) { found = value }
      return found == nil
    }
    return found
  }

  private func text(_ range: Range<Int>) -> String {
    String(decoding: storage[range], as: UTF8.self)
  }
}
