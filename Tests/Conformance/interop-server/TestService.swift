import ProtobufMessages
import RPC

/// `grpc.testing.TestService`, as the interop cases want it served
/// (https://github.com/grpc/grpc/blob/master/doc/interop-test-descriptions.md, "Server").
enum TestService {
  /// The methods that are served. UnimplementedCall stands in the proto, and is not served.
  private static let descriptor: ServiceDescriptor = {
    let name = "grpc.testing.TestService"
    func method(
      _ method: String, _ request: String, _ response: String,
      streams: (Bool, Bool) = (false, false)
    ) -> MethodDescriptor {
      MethodDescriptor(
        service: name, name: method, requestType: "grpc.testing.\(request)",
        responseType: "grpc.testing.\(response)", isClientStreaming: streams.0,
        isServerStreaming: streams.1)
    }
    let (output, outputs) = ("StreamingOutputCallRequest", "StreamingOutputCallResponse")
    return ServiceDescriptor(
      fullName: name,
      methods: [
        method("EmptyCall", "Empty", "Empty"),
        method("UnaryCall", "SimpleRequest", "SimpleResponse"),
        method("CacheableUnaryCall", "SimpleRequest", "SimpleResponse"),
        method("StreamingOutputCall", output, outputs, streams: (false, true)),
        method(
          "StreamingInputCall", "StreamingInputCallRequest", "StreamingInputCallResponse",
          streams: (true, false)),
        method("FullDuplexCall", output, outputs, streams: (true, true)),
        method("HalfDuplexCall", output, outputs, streams: (true, true)),
      ])
  }()

  /// The service for one loop.
  static func service() -> RPCService {
    var service = RPCService(descriptor, arena: Arena())
    service.unary("EmptyCall") { (request: Empty, call: ServerCall) async throws -> Empty in
      echoMetadata(of: call)
      return request
    }
    for name in ["UnaryCall", "CacheableUnaryCall"] {
      service.unary(name) {
        (request: SimpleRequest, call: ServerCall) async throws -> PayloadResponse in
        try answer(request, call)
      }
    }
    service.serverStreaming("StreamingOutputCall") {
      (
        request: StreamingOutputCallRequest, responses: ResponseWriter<PayloadResponse>,
        call: ServerCall
      ) async throws in
      echoMetadata(of: call)
      try await answer(request, to: responses, call)
    }
    service.clientStreaming("StreamingInputCall") {
      (requests: RequestStream<StreamingInputCallRequest>, call: ServerCall) async throws
        -> StreamingInputCallResponse in
      echoMetadata(of: call)
      var size = 0
      for try await request in requests {
        try check(request.expectCompressed, call)
        size += request.payloadSize
      }
      return StreamingInputCallResponse(aggregatedPayloadSize: size)
    }
    service.bidirectional("FullDuplexCall") {
      (
        requests: RequestStream<StreamingOutputCallRequest>,
        responses: ResponseWriter<PayloadResponse>, call: ServerCall
      ) async throws in
      echoMetadata(of: call)
      for try await request in requests { try await answer(request, to: responses, call) }
    }
    service.bidirectional("HalfDuplexCall") {
      (
        requests: RequestStream<StreamingOutputCallRequest>,
        responses: ResponseWriter<PayloadResponse>, call: ServerCall
      ) async throws in
      echoMetadata(of: call)
      var all: [StreamingOutputCallRequest] = []
      for try await request in requests { all.append(request) }
      for request in all { try await answer(request, to: responses, call) }
    }
    return service
  }

  private static func answer(_ request: SimpleRequest, _ call: ServerCall) throws
    -> PayloadResponse
  {
    echoMetadata(of: call)
    try check(request.expectCompressed, call)
    try end(with: request.responseStatus)
    compress(request.responseCompressed, call)
    return PayloadResponse(size: try checked(request.responseSize))
  }

  private static func answer(
    _ request: StreamingOutputCallRequest, to responses: ResponseWriter<PayloadResponse>,
    _ call: ServerCall
  ) async throws {
    try end(with: request.responseStatus)
    for response in request.responses {
      if response.interval > .zero { try await Task.sleep(for: response.interval) }
      compress(response.compressed, call)
      try await responses.write(PayloadResponse(size: try checked(response.size)))
    }
  }

  /// Sends back what the case custom_metadata sends.
  private static func echoMetadata(of call: ServerCall) {
    let (initial, trailing) = ("x-grpc-test-echo-initial", "x-grpc-test-echo-trailing-bin")
    if let value = call.metadata[initial] { call.initialMetadata.add(initial, value) }
    for value in call.metadata.binary(trailing) {
      call.trailingMetadata.add(binary: trailing, value)
    }
  }

  /// Refuses a message that is compressed where it should not be, or the reverse.
  private static func check(_ expectCompressed: Bool?, _ call: ServerCall) throws {
    guard let expectCompressed, expectCompressed != call.requestWasCompressed else { return }
    throw RPCStatus(
      .invalidArgument, "the message is \(expectCompressed ? "not " : "")compressed")
  }

  /// Ends the call with the status that the client asks for, unless that is OK.
  private static func end(with status: EchoStatus?) throws {
    guard let status, status.code != 0 else { return }
    throw RPCStatus(RPCStatusCode(rawValue: status.code), status.message)
  }

  /// Has what is written next compressed or not, where the client says which.
  private static func compress(_ compressed: Bool?, _ call: ServerCall) {
    call.compression =
      switch compressed {
      case nil: .automatic
      case true?: .always
      case false?: .never
      }
  }

  private static func checked(_ size: Int32) throws -> Int {
    guard size >= 0 else { throw RPCStatus(.invalidArgument, "a size is negative") }
    return Int(size)
  }
}
