import ProtobufMessages
import RPCTesting
import Testing

@testable import RPC

@Suite("The request of a method that takes one")
struct SingleRequestTests {
  private func queue() -> MessageQueue {
    MessageQueue(limit: 10, encoding: nil, codec: MessageCodec(), isSingle: true)
  }

  @Test("is its one message")
  func one() async throws {
    let requests = queue()
    for byte in framed([1, 2]) { try requests.receive([byte].span.bytes) }
    try requests.finish()
    #expect(try await requests.next() == [1, 2])
    #expect(try await requests.next() == nil)
  }

  @Test("without a message is UNIMPLEMENTED")
  func none() {
    #expect(
      throws: RPCStatus(.unimplemented, "this method takes one message, and none came")
    ) { try queue().finish() }
  }

  @Test("with two messages is UNIMPLEMENTED, in one piece or in two")
  func two() throws {
    let refusal = RPCStatus(
      .unimplemented, "this method takes one message, and more than one came")
    #expect(throws: refusal) { try queue().receive((framed([1]) + framed([])).span.bytes) }
    let pieces = queue()
    try pieces.receive(framed([1]).span.bytes)
    #expect(throws: refusal) { try pieces.receive(framed([2]).span.bytes) }
  }

  @Test("that ends in the midst of a message is INTERNAL", arguments: [1, 4, 5, 6])
  func cutShort(count: Int) throws {
    let requests = queue()
    try requests.receive(Array(framed([1, 2])[..<count]).span.bytes)
    #expect(throws: RPCStatus(.internal, "the call ended in the midst of a message")) {
      try requests.finish()
    }
  }

  @Test("may be made when it is taken, and be refused then")
  func deferred() async throws {
    var isMade = false
    let requests = queue()
    requests.receive {
      isMade = true
      return [1, 2]
    }
    try requests.finish()
    #expect(!isMade)
    #expect(try await requests.next() == [1, 2] && isMade)
    #expect(try await requests.next() == nil && requests.receivedBytes == 2)

    let refusal = RPCStatus(.invalidArgument, "no")
    let refused = queue()
    refused.receive { () throws(RPCStatus) in throw refusal }
    try refused.finish()
    #expect(await status { try await refused.next() } == refusal)
    let large = queue()
    large.receive { Array(repeating: 0, count: 11) }
    #expect(await status { try await large.next() }?.code == .resourceExhausted)
  }

  @Test("says what is wrong with its prefix")
  func badPrefix() {
    #expect(
      code { try queue().receive(([0, 0, 0, 0, 11] as [UInt8]).span.bytes) } == .resourceExhausted)
  }
}

@Suite("The requests of a method that takes many")
struct MessageQueueTests {
  private func queue() -> MessageQueue {
    MessageQueue(limit: 10, encoding: nil, codec: MessageCodec(), isSingle: false)
  }

  @Test("come out in their order, and then the end")
  func order() async throws {
    let requests = queue()
    try requests.receive((framed([1]) + framed([]) + framed([2, 3])).span.bytes)
    try requests.finish()
    var taken: [[UInt8]] = []
    while let message = try await requests.next() { taken.append(message) }
    #expect(taken == [[1], [], [2, 3]])
  }

  @Test("may be none at all")
  func none() async throws {
    let requests = queue()
    try requests.finish()
    #expect(try await requests.next() == nil)
  }

  @Test("ask for more only when the handler has taken what came")
  func hunger() async throws {
    let requests = queue()
    var drained = 0
    requests.drained = { drained += 1 }
    #expect(requests.isHungry)
    try requests.receive((framed([1, 2]) + framed([3]) + [0, 0, 0, 0, 4, 9]).span.bytes)
    #expect(!requests.isHungry)
    #expect(requests.bufferedBytes == 4 + 2 * MessageQueue.messageOverhead)
    _ = try await requests.next()
    #expect(drained == 0)
    _ = try await requests.next()
    #expect(drained == 1)
    #expect(requests.isHungry)
    #expect(requests.bufferedBytes == 1)
  }

  @Test("count with what each takes beside its bytes, so that empty ones do too")
  func overhead() throws {
    let requests = queue()
    for count in 1...3 {
      try requests.receive(framed([]).span.bytes)
      #expect(requests.bufferedBytes == count * MessageQueue.messageOverhead)
    }
    for count in (0...2).reversed() {
      #expect(try requests.pop() == [])
      #expect(requests.bufferedBytes == count * MessageQueue.messageOverhead)
    }
  }

  @Test("leave no room behind when they are taken")
  func room() throws {
    let requests = queue()
    let count = 10_000
    for _ in 0..<count { try requests.receive(framed([]).span.bytes) }
    for _ in 1..<count { _ = try requests.pop() }
    #expect(!requests.isHungry)
    #expect(requests.places < count / 50)
    _ = try requests.pop()
    #expect(requests.isHungry)
    #expect(requests.places < count / 50)
  }

  @Test("are no more when the call is over, whatever had come")
  func over() async throws {
    let requests = queue()
    try requests.receive(framed([1]).span.bytes)
    requests.cancel()
    await #expect(throws: CancellationError.self) { _ = try await requests.next() }
    #expect(requests.bufferedBytes == 0)
  }
}

@Suite("A method's kind")
struct CallKindTests {
  /// A service of one method of each kind.
  private func route(_ name: String) throws -> Dispatcher.Route {
    let descriptor = ServiceDescriptor(
      fullName: "a.B",
      methods: [(false, false), (false, true), (true, false), (true, true)].map {
        MethodDescriptor(
          service: "a.B", name: "\($0 ? "Many" : "One")To\($1 ? "Many" : "One")",
          requestType: "a.T", responseType: "a.T", isClientStreaming: $0, isServerStreaming: $1)
      })
    var service = RPCService(descriptor, arena: Arena())
    service.unary("OneToOne") { (request: Blob, _) in Blob(request.bytes + [0]) }
    service.serverStreaming("OneToMany") { (request: Blob, responses: ResponseWriter<Blob>, _) in
      for byte in request.bytes { try await responses.write(Blob([byte])) }
    }
    service.clientStreaming("ManyToOne") { (requests: RequestStream<Blob>, _) in
      var all: [UInt8] = []
      for try await request in requests { all += request.bytes }
      return Blob(all)
    }
    service.bidirectional("ManyToMany") {
      (requests: RequestStream<Blob>, responses: ResponseWriter<Blob>, _) in
      for try await request in requests { try await responses.write(Blob(request.bytes + [9])) }
    }
    return try Dispatcher([service], interceptors: []).route(Array("/a.B/\(name)".utf8))
  }

  private func serve(_ name: String, _ messages: [[UInt8]]) async throws -> [[UInt8]] {
    let route = try route(name)
    let call = ServerCall(
      method: route.method, metadata: Metadata(), peer: CallPeer(address: "tcp"), timeout: nil)
    let framed =
      switch messages.count {
      case 1: try await route.serve(call, messages[0])
      default: try await route.serve(call, messages[0], messages[1])
      }
    return framed.map { Array($0.dropFirst(5)) }
  }

  @Test("says how many requests it takes, and how many responses it gives")
  func kinds() async throws {
    #expect(try await serve("OneToOne", [[1]]) == [[1, 0]])
    #expect(try await serve("OneToMany", [[1, 2, 3]]) == [[1], [2], [3]])
    #expect(try await serve("ManyToOne", [[1], [2, 3]]) == [[1, 2, 3]])
    #expect(try await serve("ManyToMany", [[1], [2]]) == [[1, 9], [2, 9]])
  }

  @Test("ends a stream of requests with INVALID_ARGUMENT where one can't be decoded")
  func undecodable() async throws {
    for name in ["ManyToOne", "ManyToMany"] {
      let end = await status { try await serve(name, [[1], [0xff]]) }
      #expect(end?.code == .invalidArgument)
    }
  }
}
