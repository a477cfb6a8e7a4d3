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
  /// Sends the head, with the date.
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
  /// Sends an answer that is JSON.
  func send(_ status: Int, _ fields: [RPCField] = [], json: [UInt8]) {
    sendHead(status, ResponseForm.json.fields + fields, contentLength: json.count)
    write(json)
    endBody()
  }

  /// Sends a resource to who asks for it, or says that it is as it was.
  func send(_ resource: HTTPResource, to head: HTTPHead) {
    guard !resource.isKept(by: head.metadata) else {
      sendHead(304, resource.fields, contentLength: nil)
      return endBody()
    }
    sendHead(200, resource.fields, contentLength: resource.body.count)
    // HTTP/1.1 leaves it out by itself.
    if head.method != "HEAD" { write(resource.body) }
    endBody()
  }

  /// Tells of a failure.
  func send(_ failure: HTTPFailure) { send(failure.status, failure.fields, json: failure.json) }

  /// Tells of a failure in answer to a request, whose method may be one whose answers have no body.
  func send(_ failure: HTTPFailure, to head: HTTPHead) {
    guard head.method == "HEAD" else { return send(failure) }
    sendHead(
      failure.status, ResponseForm.json.fields + failure.fields, contentLength: failure.json.count)
    endBody()
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
