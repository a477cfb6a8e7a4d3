internal import HTTP2
internal import HTTPGateway
internal import RPC

/// The answer to a request of HTTP that is not gRPC's, whichever version carries it.
protocol HTTPAnswer: AnyObject {
  /// What carries it.
  var carrier: CallCarrier { get }
  /// Whether the request and its answer are over.
  var isClosed: Bool { get }
  /// How many bytes of it wait to be sent.
  var pendingBytes: Int { get }
  /// Calls `body` once, when no more than `level` bytes wait to be sent, or the answer is over.
  func whenDrained(to level: Int, _ body: @escaping () -> Void)
  /// Sends the head, with the date: ``begin(_:_:contentLength:in:)`` does, and counts it.
  ///
  /// - Parameter contentLength: How long the body is; nil where that is not known.
  func sendHead(_ status: Int, _ fields: [RPCField], contentLength: Int?)
  /// Sends a piece of the body.
  func write(_ bytes: consuming [UInt8])
  /// Ends the body.
  func endBody()
  /// Ends the answer in its midst, so that the caller knows.
  func cut()
  /// Takes no more of a request whose answer was sent.
  func stopRequest()
}

extension HTTPAnswer {
  /// Begins the answer.
  func begin(
    _ status: Int, _ fields: [RPCField], contentLength: Int?, in figures: ServerFigures
  ) {
    figures.answered(status, by: carrier)
    sendHead(status, fields, contentLength: contentLength)
  }

  /// Sends an answer that is JSON.
  ///
  /// - Parameter hasBody: Whether the body is sent; only how long it is, where not.
  func send(
    _ status: Int, _ fields: [RPCField] = [], json: [UInt8], in figures: ServerFigures,
    hasBody: Bool = true
  ) {
    begin(
      status, ResponseForm.json.fields + fields, contentLength: json.count, in: figures)
    if hasBody { write(json) }
    endBody()
  }

  /// Tells what a path is there for.
  func send(allowed: [String], in figures: ServerFigures) {
    begin(
      204, [RPCField("allow", allowed.joined(separator: ", "))], contentLength: nil, in: figures)
    endBody()
  }

  /// Sends a resource to who asks for it, or says that it is as it was.
  func send(_ resource: HTTPResource, to head: HTTPHead, in figures: ServerFigures) {
    guard !resource.isKept(by: head.metadata) else {
      begin(304, resource.fields, contentLength: nil, in: figures)
      return endBody()
    }
    begin(200, resource.fields, contentLength: resource.body.count, in: figures)
    // HTTP/1.1 leaves it out by itself.
    if head.hasAnswerBody { write(resource.body) }
    endBody()
  }

  /// Tells of a failure.
  ///
  /// - Parameter hasBody: Whether the body is sent; only how long it is, where not.
  func send(_ failure: HTTPFailure, in figures: ServerFigures, hasBody: Bool = true) {
    send(failure.status, failure.fields, json: failure.json, in: figures, hasBody: hasBody)
  }
}

extension HTTP2Stream: HTTPAnswer {
  var carrier: CallCarrier { .http2 }

  func sendHead(_ status: Int, _ fields: [RPCField], contentLength: Int?) {
    var head = [HTTP2Field(":status", String(status))]
    head += (fields + [DateField.shared.now]).map { HTTP2Field($0.name, $0.value) }
    if let contentLength { head.append(HTTP2Field("content-length", String(contentLength))) }
    respond(head)
  }

  func endBody() { finish() }

  func cut() { reset(.internalError) }

  func stopRequest() { reset(.noError) }
}
