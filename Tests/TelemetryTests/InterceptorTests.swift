import MetricsTestKit
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
    let method = ("grpc.method", "a.B/C")
    #expect(try kit.expectCounter("grpc.server.call.started", [method]).totalValue == 3)
    let ok = [method, ("grpc.status", "OK")]
    #expect(try kit.expectTimer("grpc.server.call.duration", ok).values.count == 2)
    let aborted = [method, ("grpc.status", "ABORTED")]
    #expect(try kit.expectTimer("grpc.server.call.duration", aborted).values.count == 1)
    let received = try kit.expectRecorder(
      "grpc.server.call.rcvd_total_compressed_message_size", ok)
    #expect(received.values == [3, 3])
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
