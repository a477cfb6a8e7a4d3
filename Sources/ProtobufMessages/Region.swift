/// The state of an arena: the block that is being filled, and the list of those to free.
struct Region {
  static let alignment = 16
  /// Each further block is this many times the first, unless one allocation needs more.
  private static let growth = 4

  /// The block that is kept, and its bytes.
  private let firstBlock: UnsafeMutableRawPointer
  private let firstBlockSize: Int
  private let limit: Int
  /// The free part of the block that is being filled.
  private var next: UnsafeMutableRawPointer
  private var end: UnsafeMutableRawPointer
  /// The latest further block. Each begins with a pointer to the one before it.
  private var furtherBlocks: UnsafeMutableRawPointer?
  private(set) var blockCount = 1
  private(set) var reserved: Int

  init(firstBlock size: Int, limit: Int) {
    firstBlockSize = Region.rounded(max(size, Region.alignment))
    firstBlock = .allocate(byteCount: firstBlockSize, alignment: Region.alignment)
    self.limit = limit
    next = firstBlock
    end = firstBlock + firstBlockSize
    reserved = firstBlockSize
  }

  private static func rounded(_ size: Int) -> Int { (size + alignment - 1) & ~(alignment - 1) }

  /// `size` bytes; nil where a bounded allocation would go past the limit.
  mutating func allocate(_ size: Int, bounded: Bool) -> UnsafeMutableRawPointer? {
    guard size >= 0, size < 1 << 40 else { return nil }
    // Nothing is a size too: each allocation has an address of its own.
    let size = Region.rounded(max(size, 1))
    if size <= end - next {
      defer { next += size }
      return next
    }
    return allocateInFurtherBlock(size, bounded: bounded)
  }

  private mutating func allocateInFurtherBlock(
    _ size: Int, bounded: Bool
  ) -> UnsafeMutableRawPointer? {
    let common = Region.growth * firstBlockSize
    // What is larger than the first block has a block of its own, and the current one goes on.
    let isOversized = size > firstBlockSize
    let blockSize = Region.alignment + (isOversized ? size : common)
    if bounded, reserved + blockSize > limit { return nil }

    let block = UnsafeMutableRawPointer.allocate(
      byteCount: blockSize, alignment: Region.alignment)
    block.storeBytes(of: furtherBlocks, as: UnsafeMutableRawPointer?.self)
    furtherBlocks = block
    blockCount += 1
    reserved += blockSize

    let memory = block + Region.alignment
    if !isOversized {
      next = memory + size
      end = block + blockSize
    }
    return memory
  }

  /// Frees all blocks but the first, which is empty again.
  mutating func reset() {
    while let block = furtherBlocks {
      furtherBlocks = block.load(as: UnsafeMutableRawPointer?.self)
      block.deallocate()
    }
    blockCount = 1
    reserved = firstBlockSize
    next = firstBlock
    end = firstBlock + firstBlockSize
  }

  /// The end of the region's life.
  mutating func freeFirstBlock() { firstBlock.deallocate() }
}
