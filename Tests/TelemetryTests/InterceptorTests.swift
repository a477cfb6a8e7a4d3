import MetricsTestKit
import PrometheusMetrics
import ProtobufMessages
import RPC
import RPCTesting
import Testing

@testable import Telemetry

@Suite("What is told of calls")
struct InterceptorTests {
  private static let method = MethodDescriptor(
    service: "a.B", name: "C", requestType: "a.T", responseType: "a.T")

  /// Serves one call whose handler echoes, or fails with this.
  private func serve(
    _ interceptor: any ServerInterceptor, failing failure: (any Error)? = nil,
    metadata: Metadata = Metadata()
  ) async throws -> ServerCall {
    var service = RPCService(
      ServiceDescriptor(fullName: "a.B", methods: [Self.method]), arena: Arena())
    service.unary("C") { (request: Blob, _: ServerCall) in
      if let failure { throw failure }
      return request
    }
    let route = try Dispatcher([service], interceptors: [interceptor]).route(Array("/a.B/C".utf8))
    let call = ServerCall(
      method: Self.method, metadata: metadata, peer: CallPeer(address: "tcp"), timeout: nil)
    _ = try? await route.serve(call, [1, 2, 3])
    return call
  }

  @Test("a call is counted when it begins, and timed by its status when it has ended")
  func metrics() async throws {
    let kit = TestMetrics()
    let interceptor = MetricsInterceptor(factory: kit)
    for _ in 0..<2 { _ = try await serve(interceptor) }
    _ = try await serve(interceptor, failing: RPCStatus(.aborted, "no"))
    let (method, carrier) = (("grpc.method", "a.B/C"), ("carrier", "grpc"))
    #expect(try kit.expectCounter("grpc.server.call.started", [method, carrier]).totalValue == 3)
    let ok = [method, ("grpc.status", "OK")]
    #expect(try kit.expectTimer("grpc.server.call.duration", ok + [carrier]).values.count == 2)
    let aborted = [method, ("grpc.status", "ABORTED"), carrier]
    #expect(try kit.expectTimer("grpc.server.call.duration", aborted).values.count == 1)
    let received = try kit.expectRecorder(
      "grpc.server.call.rcvd_total_compressed_message_size", ok)
    #expect(received.values == [3, 3])
  }

  @Test("a call that has ended before its handler begins is counted too, and runs no more")
  func passedOver() throws {
    let kit = TestMetrics()
    var service = RPCService(
      ServiceDescriptor(fullName: "a.B", methods: [Self.method]), arena: Arena())
    service.unary("C") { (request: Blob, _: ServerCall) in request }
    let dispatcher = Dispatcher([service], interceptors: [MetricsInterceptor(factory: kit)])
    try dispatcher.route(Array("/a.B/C".utf8)).passOver(
      ServerCall(
        method: Self.method, metadata: Metadata(), peer: CallPeer(address: "tcp"), timeout: nil))
    let (method, carrier) = (("grpc.method", "a.B/C"), ("carrier", "grpc"))
    #expect(try kit.expectCounter("grpc.server.call.started", [method, carrier]).totalValue == 1)
    let ended = [method, ("grpc.status", "CANCELLED"), carrier]
    #expect(try kit.expectTimer("grpc.server.call.duration", ended).values.count == 1)
    #expect(try kit.expectMeter("workflow_history.calls.running", [method]).lastValue == 0)
  }

  @Test("a call is running until its handler has ended")
  func running() async throws {
    let registry = MetricsRegistry([
      MetricDescription("workflow_history.calls.running", .gauge, by: ["grpc.method"], "Calls.")
    ]) { 0 }
    func running() -> Double? { registry.families().first?.series.first?.value.number }
    var service = RPCService(
      ServiceDescriptor(fullName: "a.B", methods: [Self.method]), arena: Arena())
    service.unary("C") { (request: Blob, _: ServerCall) in
      #expect(running() == 1)
      return request
    }
    let dispatcher = Dispatcher([service], interceptors: [MetricsInterceptor(factory: registry)])
    let call = ServerCall(
      method: Self.method, metadata: Metadata(), peer: CallPeer(address: "tcp"), timeout: nil)
    #expect(running() == 0)
    _ = try await dispatcher.route(Array("/a.B/C".utf8)).serve(call, [1])
    #expect(running() == 0)
  }

  @Test("a code that gRPC has not counts as unknown, so that no handler makes codes of its own")
  func foreignCode() async throws {
    let kit = TestMetrics()
    let foreign = RPCStatus(RPCStatusCode(rawValue: 99), "no")
    _ = try await serve(MetricsInterceptor(factory: kit), failing: foreign)
    let dimensions = [("grpc.method", "a.B/C"), ("grpc.status", "UNKNOWN"), ("carrier", "grpc")]
    #expect(try kit.expectTimer("grpc.server.call.duration", dimensions).values.count == 1)
  }

  @Test("a call that is refused before it comes here is counted by its code and its carrier alone")
  func refusals() throws {
    let kit = TestMetrics()
    let counter = RefusedCallCounter(factory: kit)
    for path in ["/a.B/D", "/../etc"] {
      for carrier in CallCarrier.allCases {
        let http = HTTPExchange(carrier: carrier, method: "TRACE", target: path, status: 405)
        counter.count(
          RefusedCall(
            method: path, status: RPCStatus(.unimplemented, "no"), peer: CallPeer(address: "tcp"),
            http: carrier == .grpc ? nil : http))
      }
    }
    for carrier in ["grpc", "http/1.1", "http/2"] {
      let dimensions = [("grpc.status", "UNIMPLEMENTED"), ("carrier", carrier)]
      #expect(
        try kit.expectCounter("workflow_history.calls.refused", dimensions).totalValue == 2)
    }
  }

  @Test("a call has its caller's trace attached, and one without has none")
  func trace() async throws {
    let interceptor = TracingInterceptor()
    let parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    let metadata = Metadata([RPCField("traceparent", parent)])
    let traced = try await serve(interceptor, metadata: metadata)
    #expect(traced[TraceContext.self] == TraceContext(parent))
    #expect(try await serve(interceptor)[TraceContext.self] == nil)
  }
}

@Suite("A traceparent")
struct TraceContextTests {
  @Test("says the trace, the caller's part of it, and whether that is kept")
  func good() throws {
    let context = try #require(
      TraceContext("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"))
    #expect(context.traceID == "0af7651916cd43dd8448eb211c80319c")
    #expect(context.parentID == "b7ad6b7169203331")
    #expect(context.isSampled)
    let unsampled = TraceContext("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-02")
    #expect(unsampled?.isSampled == false)
    let later = TraceContext("cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more")
    #expect(later == context)
  }

  @Test(
    "that breaks a rule is none",
    arguments: [
      "", "00", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331",
      "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
      "00-0AF7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
      "00-00000000000000000000000000000000-b7ad6b7169203331-01",
      "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
      "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0g",
      "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more",
      "00_0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    ])
  func bad(traceparent: String) { #expect(TraceContext(traceparent) == nil) }
}
