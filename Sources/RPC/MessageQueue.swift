internal import ProtobufMessages

/// One side's messages of a call on their way from the transport to whoever reads them, a handler or
/// a caller: bytes in at one end, whole messages out at the other.
///
/// It never asks for more than its reader is ready for: the transport gives its peer credit for
/// what it has sent only while ``isHungry``, and when ``drained`` is called. Not `Sendable`: it
/// lives on its call's loop.
public final class MessageQueue {
  private var deframer: MessageDeframer
  private let limit: Int
  private let codec: MessageCodec
  /// Whether exactly one message is to come.
  private let isSingle: Bool
  /// The message that is next. Few calls have more waiting.
  private var first: MessageDeframer.Message?
  /// What makes the message, where it is not there as bytes.
  private var deferred: DeferredMessage?
  /// Those after it: the ones before `taken` are gone.
  private var later: [MessageDeframer.Message] = []
  private var taken = 0
  private var end: Result<Void, any Error>?
  private var waiting: CheckedContinuation<Void, Never>?
  /// Called when the reader has taken all that had come.
  public var drained: (() -> Void)?
  private var waitingBytes = 0
  /// The bytes of all messages that have come, as they came.
  private(set) var receivedBytes = 0
  /// Whether the message that was taken last came compressed.
  public private(set) var lastWasCompressed = false

  /// - Parameters:
  ///   - limit: the most bytes of a message, also when it is decompressed.
  ///   - encoding: the peer's `grpc-encoding`.
  ///   - codec: what decompresses messages, each when it is taken.
  ///   - isSingle: whether exactly one message is to come, as a request of a method that takes one.
  public init(limit: Int, encoding: String?, codec: MessageCodec, isSingle: Bool) {
    self.limit = limit
    self.codec = codec
    deframer = MessageDeframer(limit: limit, encoding: encoding)
    self.isSingle = isSingle
  }

  /// What a message that waits takes beside its bytes: its place in the list, and what an array and
  /// malloc put around them.
  static let messageOverhead = 64
  /// The places of taken messages that the list may have.
  private static let sparePlaces = 64

  /// Made once: an error is an object.
  private static let cancellation: any Error = CancellationError()

  /// Makes the bytes of a message, or throws what the call ends with.
  public typealias DeferredMessage = () throws(RPCStatus) -> [UInt8]

  // MARK: The transport's end

  /// Whether the reader waits, or could take a message at once that has not come yet.
  public var isHungry: Bool { first == nil }

  /// Takes the next bytes of the body.
  public func receive(_ bytes: RawSpan) throws(RPCStatus) {
    guard end == nil else { return }
    var arrived = 0
    try deframer.receive(bytes) { message in
      if first == nil { first = message } else { later.append(message) }
      arrived += message.bytes.count
      waitingBytes += message.bytes.count + Self.messageOverhead
    }
    receivedBytes += arrived
    if isSingle, !later.isEmpty {
      throw RPCStatus(.unimplemented, "this method takes one message, and more than one came")
    }
    if !isHungry { wake() }
  }

  /// Takes the only message of a body that is not gRPC's. It is made when the reader takes it: by then
  /// it is known who calls, and whether they may.
  public func receive(deferred message: @escaping DeferredMessage) { deferred = message }

  /// The bytes that the messages that wait take, and those of the one that is not complete.
  public var bufferedBytes: Int { waitingBytes + deframer.partialBytes }

  /// The peer has sent all that it will.
  public func finish() throws(RPCStatus) {
    guard deframer.isBetweenMessages else {
      throw RPCStatus(.internal, "the call ended in the midst of a message")
    }
    guard !isSingle || first != nil || deferred != nil else {
      throw RPCStatus(.unimplemented, "this method takes one message, and none came")
    }
    close(.success(()))
  }

  /// Whether the peer may end here, and not in the midst of a message.
  public var isBetweenMessages: Bool { deframer.isBetweenMessages }

  /// The call has failed, which the reader is told when it has taken what had come.
  public func fail(_ error: RPCStatus) { close(.failure(error)) }

  /// The call is over: whoever waits for a message is told this, and nothing is kept.
  public func cancel(_ error: (any Error)? = nil) {
    first = nil
    deferred = nil
    later = []
    taken = 0
    waitingBytes = 0
    drained = nil
    end = .failure(error ?? Self.cancellation)
    wake()
  }

  private func close(_ result: Result<Void, any Error>) {
    guard end == nil else { return }
    end = result
    wake()
  }

  private func wake() {
    guard let waiting else { return }
    waiting.resume()
    self.waiting = nil
  }

  // MARK: The reader's end

  /// The next message; nil when the peer has sent the last. Throws when the call is over.
  public func next() async throws -> [UInt8]? {
    while true {
      if let message = try pop() { return message }
      if let end {
        try end.get()
        return nil
      }
      precondition(waiting == nil, "a call's messages are read by one task at a time")
      await withCheckedContinuation { continuation in
        // More may have come on the way here.
        if first == nil, end == nil { waiting = continuation } else { continuation.resume() }
      }
    }
  }

  /// The next message, where it has come.
  func pop() throws(RPCStatus) -> [UInt8]? {
    guard let message = first else { return try makeDeferred() }
    advance()
    waitingBytes -= message.bytes.count + Self.messageOverhead
    lastWasCompressed = message.isCompressed
    if isHungry { drained?() }
    guard message.isCompressed else { return message.bytes }
    return try codec.decompress(message.bytes, limit: limit)
  }

  private func makeDeferred() throws(RPCStatus) -> [UInt8]? {
    guard let make = deferred else { return nil }
    deferred = nil
    defer { drained?() }
    let bytes = try make()
    guard bytes.count <= limit else {
      throw RPCStatus(.resourceExhausted, "the message is over the limit of \(limit) bytes")
    }
    receivedBytes += bytes.count
    return bytes
  }

  private func advance() {
    guard taken < later.count else {
      first = nil
      return
    }
    first = later[taken]
    later[taken].bytes = []
    taken += 1
    // Its room is not counted, so little of it is kept.
    if taken == later.count {
      later.removeAll(keepingCapacity: later.capacity <= Self.sparePlaces)
      taken = 0
    } else if taken > Self.sparePlaces, taken > later.count / 2 {
      later = Array(later[taken...])
      taken = 0
    }
  }

  /// How many places the list has, those of taken messages among them.
  var places: Int { later.capacity }
}
