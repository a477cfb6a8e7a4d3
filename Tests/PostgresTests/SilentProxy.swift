import PostgresTesting
import Reactor

/// Stands between a client and the server that tests share: it carries the first connection's
/// bytes, and takes those after it without a word, as a network does that has lost its way.
final class SilentProxy {
  private let listener: Listener
  private var streams: [ByteStream] = []
  private var pumps: [Pump] = []
  /// How many connections it has taken.
  private(set) var connections = 0
  /// How to connect through it.
  let conninfo: String

  init(on eventLoop: EventLoop) async throws {
    let cluster = try await PostgresCluster.shared.value
    let server = try await eventLoop.connect(
      to: .unix(path: cluster.directory + "/.s.PGSQL.5432"))
    var accept: (ByteStream) -> Void = { _ in }
    listener = try Listener(on: .tcp(host: "127.0.0.1", port: 0), eventLoop: eventLoop) {
      if let stream = try? ByteStream(adopting: $0, on: eventLoop) { accept(stream) }
    }
    guard case .tcp(_, let port) = listener.address else { fatalError("no port") }
    conninfo = "host=127.0.0.1 port=\(port) user=postgres dbname=postgres"
    streams = [server]
    accept = { [unowned self] in take($0) }
  }

  private func take(_ stream: ByteStream) {
    connections += 1
    streams.append(stream)
    guard connections == 1 else { return }
    for (source, target) in [(streams[0], stream), (stream, streams[0])] {
      let pump = Pump(into: target)
      pumps.append(pump)
      source.delegate = pump
      source.startReading()
    }
  }

  func close() {
    listener.close()
    for stream in streams { stream.close() }
  }
}

/// Writes what one stream receives into another.
private final class Pump: ByteStreamDelegate {
  private let target: ByteStream

  init(into target: ByteStream) { self.target = target }

  func received(_ span: RawSpan) { target.write(span) }
  func receivedEnd() { target.close() }
  func drained() {}
  func failed(_ error: SystemError) { target.close() }
}
