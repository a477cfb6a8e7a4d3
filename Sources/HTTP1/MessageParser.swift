internal import CHTTPParser

/// http-parser, given one request's bytes: tells what they say, with no policy in it.
final class MessageParser {
  /// What of a request has been read.
  struct Progress {
    var target: [UInt8] = []
    var fields: [HTTP1Field] = []
    var isHeadComplete = false
    var isComplete = false
    /// The bytes of the chunk whose line was read last.
    var chunkBytes = 0
    var isChunked = false
    var keepsAlive = false
  }

  private(set) var progress = Progress()
  private let parser: UnsafeMutablePointer<http_parser>
  private var settings = http_parser_settings()
  /// The field that is being read.
  private var name: [UInt8] = []
  private var value: [UInt8] = []

  init() {
    parser = .allocate(capacity: 1)
    parser.initialize(to: http_parser())
    settings.on_url = { parser, bytes, count in
      withParser(parser) { $0.progress.target.append(contentsOf: pieces(bytes, count)) }
    }
    settings.on_header_field = { parser, bytes, count in
      withParser(parser) { $0.name.append(contentsOf: pieces(bytes, count)) }
    }
    settings.on_header_value = { parser, bytes, count in
      withParser(parser) { $0.value.append(contentsOf: pieces(bytes, count)) }
    }
    settings.on_headers_complete = { parser in withParser(parser) { $0.headIsComplete() } }
    settings.on_chunk_header = { parser in
      withParser(parser) {
        $0.progress.chunkBytes = Int(clamping: $0.parser.pointee.content_length)
      }
    }
    settings.on_message_complete = { parser in withParser(parser) { $0.progress.isComplete = true }
    }
    restart()
  }

  deinit { parser.deinitialize(count: 1).deallocate() }

  /// Begins the next request.
  func restart() {
    http_parser_init(parser, HTTP_REQUEST)
    parser.pointee.data = Unmanaged.passUnretained(self).toOpaque()
    progress = Progress()
  }

  /// The method of the request line that was read.
  var method: String {
    String(cString: http_method_str(http_method(UInt32(parser.pointee.method))))
  }

  /// Reads the next bytes of the request.
  func read(_ bytes: ArraySlice<UInt8>) throws(HTTP1Refusal) {
    let taken = bytes.withUnsafeBytes { bytes in
      http_parser_execute(
        parser, &settings, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), bytes.count)
    }
    let error = http_parser_error(parser)
    if error == HPE_INVALID_METHOD {
      throw HTTP1Refusal(501, "the method is not one that is known here")
    }
    guard error == HPE_OK, taken == bytes.count else {
      throw .malformed(String(cString: http_errno_description(error)))
    }
  }

  /// Ends the field whose line was read.
  func endField() {
    while let last = value.last, last == 0x20 || last == 0x09 { value.removeLast() }
    progress.fields.append(
      HTTP1Field(
        String(decoding: name, as: UTF8.self).lowercased(), String(decoding: value, as: UTF8.self)))
    name.removeAll(keepingCapacity: true)
    value.removeAll(keepingCapacity: true)
  }

  private func headIsComplete() {
    progress.isHeadComplete = true
    progress.isChunked = http_parser_is_chunked(parser) != 0
    progress.keepsAlive = http_should_keep_alive(parser) != 0
    // A server may go on in HTTP/1.1 whatever else it is offered (RFC 9110, section 7.8).
    http_parser_ignore_upgrade(parser)
  }
}

/// Calls `body` with the parser that a callback is for, which is kept by whoever reads.
private func withParser(
  _ parser: UnsafeMutablePointer<http_parser>?, _ body: (MessageParser) -> Void
) -> Int32 {
  body(Unmanaged<MessageParser>.fromOpaque(parser!.pointee.data).takeUnretainedValue())
  return 0
}

private func pieces(_ start: UnsafePointer<CChar>?, _ count: Int) -> UnsafeRawBufferPointer {
  UnsafeRawBufferPointer(start: start, count: count)
}
