package import CProtobufC

/// The memory of one call's messages, all of it given back at once.
///
/// A bump allocator. Its first block is kept from call to call; what does not fit goes into
/// further blocks, which ``reset()`` frees. It is not `Sendable`: one call at a time uses it.
public final class Arena {
  /// The bump allocator's state, at an address of its own for protobuf-c's callbacks.
  private let region: UnsafeMutablePointer<Region>
  /// What protobuf-c is told to allocate with. Its `free` does nothing: ``reset()`` does it.
  package let allocator: UnsafeMutablePointer<ProtobufCAllocator>

  /// An empty arena.
  ///
  /// - Parameters:
  ///   - firstBlock: The bytes of the block that is kept.
  ///   - limit: How many bytes all blocks together may have. A decoding that needs more is
  ///     refused. Encoding is not held to it, since what is encoded is our own.
  public init(firstBlock: Int = 16 << 10, limit: Int = 64 << 20) {
    region = .allocate(capacity: 1)
    region.initialize(to: Region(firstBlock: firstBlock, limit: limit))
    allocator = .allocate(capacity: 1)
    allocator.initialize(
      to: ProtobufCAllocator(
        alloc: { data, size in
          data?.assumingMemoryBound(to: Region.self).pointee.allocate(size, bounded: true)
        },
        free: { _, _ in },
        allocator_data: UnsafeMutableRawPointer(region)))
  }

  deinit {
    region.pointee.reset()
    region.pointee.freeFirstBlock()
    region.deinitialize(count: 1).deallocate()
    allocator.deinitialize(count: 1).deallocate()
  }

  /// Gives back everything that was allocated; pointers into the arena are void from here on.
  public func reset() { region.pointee.reset() }

  /// How many blocks the arena holds, the kept one among them.
  var blockCount: Int { region.pointee.blockCount }

  /// How many bytes all blocks together have.
  var reservedBytes: Int { region.pointee.reserved }

  /// Uninitialised room for `count` values, aligned to 16, good until the next reset.
  package func allocate<T>(_ type: T.Type, count: Int) -> UnsafeMutablePointer<T> {
    guard
      let memory = region.pointee.allocate(MemoryLayout<T>.stride * count, bounded: false)
    else { preconditionFailure("an unbounded allocation always succeeds") }
    return memory.bindMemory(to: T.self, capacity: count)
  }

  /// `text` as a C string.
  ///
  /// protobuf-c's strings end at the first NUL, so each NUL becomes U+FFFD (REPLACEMENT
  /// CHARACTER) rather than cut off what comes after it.
  package func cString(_ text: String) -> UnsafeMutablePointer<CChar> {
    if text.isEmpty { return cString(EmptyCollection()) }
    if text.utf8.contains(0) {
      return cString(text.unicodeScalars.map { $0 == "\0" ? "\u{FFFD}" : String($0) }.joined())
    }
    return text.utf8.withContiguousStorageIfAvailable { cString($0) } ?? cString(Array(text.utf8))
  }

  /// `utf8`, which has no NUL, as a C string.
  package func cString(_ utf8: some Collection<UInt8>) -> UnsafeMutablePointer<CChar> {
    let count = utf8.count
    let copy = allocate(UInt8.self, count: count + 1)
    _ = UnsafeMutableBufferPointer(start: copy, count: count).initialize(fromContentsOf: utf8)
    copy[count] = 0
    return UnsafeMutableRawPointer(copy).assumingMemoryBound(to: CChar.self)
  }

  /// The bytes of a field.
  package func bytes(_ content: [UInt8]) -> ProtobufCBinaryData {
    let copy = allocate(UInt8.self, count: content.count)
    _ = UnsafeMutableBufferPointer(start: copy, count: content.count)
      .initialize(fromContentsOf: content)
    return ProtobufCBinaryData(len: content.count, data: copy)
  }

  /// The repeated field whose elements `make` makes, and their count; nil where there are none.
  package func pointers<T, C>(
    _ elements: [T], _ make: (T) -> UnsafeMutablePointer<C>
  ) -> (UnsafeMutablePointer<UnsafeMutablePointer<C>?>?, Int) {
    if elements.isEmpty { return (nil, 0) }
    let array = allocate(UnsafeMutablePointer<C>?.self, count: elements.count)
    for (index, element) in elements.enumerated() {
      (array + index).initialize(to: make(element))
    }
    return (array, elements.count)
  }
}
