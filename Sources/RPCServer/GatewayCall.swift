internal import HTTP2
internal import HTTPGateway
internal import ProtobufMessages
internal import RPC
internal import Reactor

/// One call by HTTP with JSON: its request is made of the path, the query and the body, and its responses
/// make the body of the answer.
final class GatewayCall: ServedCall, ResponseSink {
  private let operation: any HTTPOperation
  /// What the path and the query take, which are read with the body.
  private let targetBytes: Int
  private let form: ResponseForm
  /// Whether the body of the answer is sent, and not its length alone.
  private let hasAnswerBody: Bool
  private let answer: any HTTPAnswer
  private var body: [UInt8] = []
  /// Whether there may be a body: it was said what it is.
  private let takesBody: Bool
  /// The status of HTTP for what is wrong with the body, where its code has another.
  private var bodyStatus: Int? { didSet { call.http?.status = bodyStatus } }
  private var requestEnded = false
  /// The response of a method that has one, until the call has ended well.
  private var response: [UInt8] = []
  /// Whether that is gzipped.
  private var isGzipped = false
  private var hasResponded = false

  init(
    _ request: HTTPHead, _ head: CallHead, _ operation: any HTTPOperation,
    of route: Dispatcher.Route, answer: any HTTPAnswer, connection: ServerConnection
  ) {
    self.operation = operation
    takesBody = request.isJSON
    targetBytes = request.target.utf8.count
    hasAnswerBody = request.hasAnswerBody
    self.answer = answer
    form = ResponseForm(of: operation, accept: head.metadata.list("accept"))
    super.init(head, encoding: nil, of: route, connection: connection)
    call.http = HTTPRequestOfCall(answer.carrier, method: request.method, target: request.target) {
      operation.failure($0).status
    }
    charge(targetBytes)
  }

  /// Whether there may be any number of responses.
  var streamsResponses: Bool { operation.streamsResponses }

  override var isCarrierClosed: Bool { answer.isClosed }
  override var sink: any ResponseSink { self }

  // MARK: The request

  func received(data: RawSpan) {
    guard !isOver, data.byteCount > 0 else { return }
    guard takesBody else {
      bodyStatus = HTTPFailure.notJSON.status
      return end(HTTPFailure.notJSON.cause)
    }
    let limit = server.configuration.maxMessageSize
    guard body.count + data.byteCount <= limit else {
      bodyStatus = 413
      server.figures.reached(.messageSize)
      return end(RPCStatus(.resourceExhausted, "the body is over the limit of \(limit) bytes"))
    }
    body.append(data, from: 0, count: data.byteCount)
    charge(targetBytes + body.count)
    if !connection.hasRoom(for: 0) { end(connection.memoryIsFull) }
  }

  func receivedEnd() {
    requestEnded = true
    guard !isOver else { return }
    let (operation, body) = (operation, body)
    // Read by the handler: what is wrong with it is told to who may call, and to the interceptors.
    requests.receive { () throws(RPCStatus) in
      do throws(MessageError) { return try operation.request(body: body) } catch {
        throw RPCStatus(error)
      }
    }
    self.body = []
    do throws(RPCStatus) {
      try requests.finish()
      chargeUntilTaken()
      start()
    } catch {
      end(error)
    }
  }

  // A client may send its request to the end, though it has the answer: not all can do otherwise.

  override var awaitsRequest: Bool { !requestEnded }

  override func endLate() { if isOver { answer.stopRequest() } else { super.endLate() } }

  override func expire() {
    // Behind what the caller does not take, nothing would be heard.
    if hasResponded, answer.pendingBytes > 0 { breakOff() } else { super.expire() }
  }

  // MARK: The responses

  var isBehind: Bool { answer.pendingBytes > Self.maxAhead }

  func caughtUp() async {
    await server.eventLoop.untilCancelled { resume in
      answer.whenDrained(to: Self.maxAhead / 2, resume)
    }
  }

  func send(_ framed: consuming [UInt8]) throws {
    guard !isOver else { throw CancellationError() }
    let message = Array(framed.dropFirst(MessageDeframer.prefixSize))
    var json = try json(of: message)
    if !operation.streamsResponses, let gzipped = gzipped(json) {
      json = gzipped
      isGzipped = true
    }
    guard connection.hasRoom(for: json.count) else { throw connection.memoryIsFull }
    call.sentBytes += json.count
    guard operation.streamsResponses else {
      response = json
      return
    }
    respond()
    answer.write(form.piece(json, eventID: operation.eventID(of: message)))
    connection.scheduleFlush()
  }

  /// The only response as gzip; nil where it is sent as it is.
  ///
  /// Streams are: each would keep a compressor's 256 KiB for as long as it goes on. And so is what is
  /// told to who has shown a certificate alone. A page of another site can have a browser show that, and
  /// put guesses into what it asks for; how long the answer gets would tell who sees its length, and not
  /// its bytes, whether they stand elsewhere in it too (BREACH). It can't have it bring a token.
  private func gzipped(_ json: [UInt8]) -> [UInt8]? {
    guard call.metadata["authorization"] != nil else { return nil }
    switch GzipUse(call.metadata) {
    case .whenWorthIt where json.count > server.configuration.compressJSONAbove:
      return server.codec.gzipped(json, ifShorter: true)
    case .always: return server.codec.gzipped(json, ifShorter: false)
    case .whenWorthIt, .never: return nil
    }
  }

  private func json(of response: [UInt8]) throws(RPCStatus) -> [UInt8] {
    do throws(MessageError) { return try operation.json(of: response) } catch {
      throw RPCStatus(.internal, "the response can't be said in JSON: \(error)")
    }
  }

  /// Begins the answer of a method with many responses.
  private func respond() {
    guard !hasResponded else { return }
    hasResponded = true
    call.http?.status = 200
    answer.begin(
      200, form.fields + call.initialMetadata.fields, contentLength: nil, in: server.figures)
  }

  override func say(_ status: RPCStatus) {
    switch status.code {
    case .ok where operation.streamsResponses:
      respond()
      answer.endBody()
    case .ok:
      let encoding = isGzipped ? [RPCField("content-encoding", "gzip")] : []
      answer.send(
        200, encoding + call.initialMetadata.fields, json: response, in: server.figures,
        hasBody: hasAnswerBody)
    default: fail(status)
    }
  }

  private func fail(_ status: RPCStatus) {
    var failure = operation.failure(status).told(to: call.metadata)
    if let bodyStatus { failure.status = bodyStatus }
    guard hasResponded else {
      return answer.send(failure, in: server.figures, hasBody: hasAnswerBody)
    }
    answer.write(form.lastPiece(failure))
    answer.endBody()
  }

  override func cut() { answer.cut() }

  override func letGo() {
    body = []
    response = []
  }
}

extension GatewayCall: HTTP2StreamDelegate {
  func received(fields: [HTTP2Field], endsStream: Bool) {}
  func closed(_ code: HTTP2ErrorCode) { carrierClosed() }
}
