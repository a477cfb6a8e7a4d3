/// The streams of a session that are open. Each knows its place, so that none is looked for.
struct StreamList {
  private var streams: [HTTP2Stream] = []

  var count: Int { streams.count }

  var delegates: [any HTTP2StreamDelegate] { streams.compactMap(\.delegate) }

  mutating func insert(_ stream: HTTP2Stream) {
    stream.place = streams.count
    streams.append(stream)
  }

  mutating func remove(_ stream: HTTP2Stream) {
    let last = streams.removeLast()
    if last !== stream {
      last.place = stream.place
      streams[stream.place] = last
    }
  }

  mutating func removeAll() -> [HTTP2Stream] {
    defer { streams = [] }
    return streams
  }
}
