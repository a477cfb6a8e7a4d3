import CGoogleProtos

/// The files of some FileDescriptorSets, by what they declare: what server reflection answers from.
///
/// Built once, it never changes. A file is told as the set has it, byte for byte, so that options
/// and fields which we do not know are kept.
public struct FileDescriptorIndex: Sendable {
  /// A file that is found, and where its imports are.
  private struct File {
    /// A serialized `google.protobuf.FileDescriptorProto`.
    var bytes: [UInt8]
    /// The names of the files that it imports.
    var imports: [String]
  }

  /// The files by their names, such as `google/rpc/status.proto`.
  private var files: [String: File] = [:]
  private var declarations = FileDeclarations()

  /// An index of these sets' files. Of files with the same name the first is taken.
  ///
  /// - Parameter fileDescriptorSets: Each a serialized `google.protobuf.FileDescriptorSet`.
  /// - Throws: A ``MessageError`` where the bytes are none.
  public init(_ fileDescriptorSets: [[UInt8]]) throws(MessageError) {
    let arena = Arena()
    for set in fileDescriptorSets {
      for bytes in try fileDescriptors(in: set) { try add(bytes, arena: arena) }
    }
  }

  private mutating func add(_ bytes: [UInt8], arena: Arena) throws(MessageError) {
    defer { arena.reset() }
    let file = try fileDescriptorType.decode(bytes, arena: arena).pointee
    let name = String(proto2: file.name)
    guard files[name] == nil else { return }
    let imports = elements(file.dependency, file.n_dependency).map { String(cString: $0) }
    files[name] = File(bytes: bytes, imports: imports)
    declarations.add(file)
  }

  /// The full names of all services, in alphabetical order.
  public var serviceNames: [String] { declarations.services.sorted() }

  /// The file of this name, and after it all that it imports, directly or not, each once. Nil where
  /// there is no such file.
  public func files(named name: String) -> [[UInt8]]? {
    guard files[name] != nil else { return nil }
    var names = [name]
    var met: Set = [name]
    var found: [[UInt8]] = []
    // The list grows while it is walked.
    var next = 0
    while next < names.count {
      defer { next += 1 }
      guard let file = files[names[next]] else { continue }
      found.append(file.bytes)
      names += file.imports.filter { met.insert($0).inserted }
    }
    return found
  }

  /// The file that declares the symbol, and what it imports; see ``files(named:)``. Nil where there
  /// is no such symbol.
  ///
  /// - Parameter symbol: The full name, with no dot before it, of a service, method, message,
  ///   field, oneof, enum, enum value or extension. An enum value's is a sibling of its enum's, as
  ///   protobuf has it.
  public func files(declaring symbol: String) -> [[UInt8]]? {
    declarations.files[symbol].flatMap(files(named:))
  }

  /// The file that declares the extension of the message with this full name that has this number,
  /// and what it imports; see ``files(named:)``. Nil where there is no such extension.
  public func files(extending message: String, number: Int32) -> [[UInt8]]? {
    declarations.extensions[message]?[number].flatMap(files(named:))
  }

  /// The numbers of all extensions of the message with this full name, in order. Nil where there is
  /// no such message.
  public func extensionNumbers(of message: String) -> [Int32]? {
    guard declarations.messages.contains(message) else { return nil }
    return declarations.extensions[message, default: [:]].keys.sorted()
  }
}

/// The bytes of each file of a serialized `google.protobuf.FileDescriptorSet`.
private func fileDescriptors(in set: [UInt8]) throws(MessageError) -> [[UInt8]] {
  var files: [[UInt8]] = []
  do throws(FieldError) {
    var reader = WireReader(set.indices)
    while !reader.isAtEnd {
      let key = try reader.key(set.span)
      let content = try reader.value(set.span, key.type)
      if key.number == 1, key.type == .lengthDelimited { files.append(Array(set[content])) }
    }
  } catch {
    throw MessageError(field: nil, description: "the set \(error.description)")
  }
  return files
}
