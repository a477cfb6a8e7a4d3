internal import ProtobufMessages

/// Cuts a body into messages (gRPC over HTTP/2, "Length-Prefixed-Message"): a byte that says
/// whether the message is compressed, four of length, big-endian, and the message. Frames of the
/// transport and messages do not align.
public struct MessageDeframer {
  /// A message that is complete.
  public struct Message: Equatable, Sendable {
    /// What was sent.
    public var bytes: [UInt8]
    /// Whether these are compressed.
    public var isCompressed: Bool
  }

  /// The bytes in front of each message.
  public static let prefixSize = 5

  private let limit: Int
  private let encoding: String?
  /// What has come of the prefix, the last byte lowest, and how many bytes that is.
  private var prefix: UInt64 = 0
  private var prefixCount = 0
  private var message: [UInt8] = []
  /// Nil while the prefix is not complete.
  private var length: Int?
  private var isCompressed = false

  /// - Parameters:
  ///   - limit: the most bytes of a message; one that says it is longer is refused at its prefix.
  ///   - encoding: the peer's `grpc-encoding`.
  public init(limit: Int, encoding: String?) {
    self.limit = limit
    self.encoding = encoding
  }

  /// Whether the body may end here, and not in the midst of a message.
  public var isBetweenMessages: Bool { length == nil && prefixCount == 0 }

  /// The bytes that have come of a message that is not complete.
  public var partialBytes: Int { message.count }

  /// Takes the next bytes, and hands over each message that they complete.
  public mutating func receive(_ bytes: RawSpan, _ body: (Message) -> Void) throws(RPCStatus) {
    var at = 0
    while at < bytes.byteCount || length == 0 {
      if let length {
        let taken = min(length - message.count, bytes.byteCount - at)
        makeRoom(for: message.count + taken, of: length)
        message.append(bytes, from: at, count: taken)
        at += taken
        guard message.count == length else { return }
        let complete = message
        message = []
        self.length = nil
        body(Message(bytes: complete, isCompressed: isCompressed))
      } else {
        while prefixCount < Self.prefixSize, at < bytes.byteCount {
          prefix = prefix << 8 | UInt64(bytes.byte(at: at))
          prefixCount += 1
          at += 1
        }
        guard prefixCount == Self.prefixSize else { return }
        length = try parsePrefix()
        prefix = 0
        prefixCount = 0
      }
    }
  }

  /// Makes the message's room in steps: at most twice what has come, as a peer may announce what it
  /// never sends, and at most what the message needs.
  private mutating func makeRoom(for count: Int, of length: Int) {
    guard count > message.capacity else { return }
    message.reserveCapacity(min(length, max(count, 2 * message.capacity)))
  }

  private mutating func parsePrefix() throws(RPCStatus) -> Int {
    let length = Int(prefix & 0xffff_ffff)
    let flag = prefix >> 32
    switch flag {
    case 0: break
    case 1 where encoding == nil || encoding == "identity":
      throw RPCStatus(.internal, "a message is flagged as compressed, but grpc-encoding is not set")
    case 1 where encoding == MessageCodec.gzip: break
    case 1:
      throw RPCStatus(
        .unimplemented,
        "grpc-encoding is not one that grpc-accept-encoding lists: \(MessageCodec.accepted)")
    default:
      throw RPCStatus(.internal, "a message's compressed flag is neither 0 nor 1")
    }
    guard length <= limit else {
      throw RPCStatus(
        .resourceExhausted, "a message of \(length) bytes is over the limit of \(limit) bytes")
    }
    isCompressed = flag == 1
    return length
  }

  /// Writes a message's prefix into the first five bytes, which were left for it.
  public static func writePrefix(into framed: inout [UInt8], isCompressed: Bool = false) {
    let length = UInt32(framed.count - prefixSize)
    framed[0] = isCompressed ? 1 : 0
    for index in 1...4 {
      framed[index] = UInt8(truncatingIfNeeded: length >> UInt32(8 * (4 - index)))
    }
  }
}
