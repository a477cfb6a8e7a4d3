internal import CZlib

/// A `z_stream` of either direction, and the room that its output goes through.
///
/// The stream has an address of its own, since zlib's state points back to it.
struct ZlibStream: ~Copyable {
  let stream: UnsafeMutablePointer<z_stream>
  private let output: UnsafeMutableBufferPointer<UInt8>
  private let free: (UnsafeMutablePointer<z_stream>) -> Int32

  /// A gzip header and trailer around the largest window (zlib.h, `deflateInit2`).
  static let gzipWindowBits: Int32 = 16 + 15
  private static let outputSize = 16_384

  /// A stream that `initialise` makes ready and `free` takes apart. Traps where there is no memory,
  /// as every allocation in Swift does.
  init(
    _ initialise: (UnsafeMutablePointer<z_stream>) -> Int32,
    free: @escaping (UnsafeMutablePointer<z_stream>) -> Int32
  ) {
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    output = .allocate(capacity: Self.outputSize)
    self.free = free
    let code = initialise(stream)
    precondition(code == Z_OK, "zlib has no memory, or another version than it was built with")
  }

  deinit {
    _ = free(stream)
    output.deallocate()
    stream.deallocate()
  }

  /// Lets the next step read from `bytes`, which stay where they are until all steps are done.
  func setInput(_ bytes: UnsafeBufferPointer<UInt8>) {
    stream.pointee.next_in = bytes.baseAddress
    stream.pointee.avail_in = UInt32(bytes.count)
  }

  /// The first byte of the input that is left.
  var nextInput: UInt8? {
    stream.pointee.avail_in > 0 ? stream.pointee.next_in?.pointee : nil
  }

  /// Runs one step of zlib, and returns its code and what it has put out, which is good until the
  /// next step.
  func step(_ run: (UnsafeMutablePointer<z_stream>) -> Int32)
    -> (code: Int32, output: UnsafeBufferPointer<UInt8>)
  {
    stream.pointee.next_out = output.baseAddress
    stream.pointee.avail_out = UInt32(output.count)
    let code = run(stream)
    let produced = output.count - Int(stream.pointee.avail_out)
    return (code, UnsafeBufferPointer(rebasing: output[..<produced]))
  }
}
