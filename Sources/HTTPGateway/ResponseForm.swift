public import RPC
internal import TextEncoding

/// How responses stand in the body of an answer.
public enum ResponseForm: Sendable {
  /// The only one, as JSON.
  case json
  /// Each on a line of its own (https://github.com/ndjson/ndjson-spec).
  case lines
  /// Each as a server-sent event (https://html.spec.whatwg.org/multipage/server-sent-events.html).
  case events

  /// The form of an operation's responses: of many, lines, unless the caller would rather have events, or
  /// would have either and names events alone.
  ///
  /// - Parameter accept: The caller's fields `accept`, as one list.
  public init(of operation: any HTTPOperation, accept: String?) {
    let accepted = WeightedList(accept ?? "*/*")
    let events = accepted.wish(for: "text/event-stream")
    let wantsEvents = events.weight > 0 && events > accepted.wish(for: "application/x-ndjson")
    self = !operation.streamsResponses ? .json : wantsEvents ? .events : .lines
  }

  /// The fields that say so, and keep others from keeping the body or taking it for something else. One JSON value may
  /// be gzipped.
  public var fields: [RPCField] {
    let type =
      switch self {
      case .json: "application/json"
      case .lines: "application/x-ndjson"
      case .events: "text/event-stream"
      }
    let fields = [
      RPCField("content-type", type), RPCField("cache-control", "no-store"),
      RPCField("x-content-type-options", "nosniff"),
    ]
    return self == .json ? fields + [RPCField("vary", "accept-encoding")] : fields
  }

  /// A response as a piece of the body.
  ///
  /// - Parameters:
  ///   - json: The response, on one line.
  ///   - eventID: The id of the event that it is.
  public func piece(_ json: [UInt8], eventID: String? = nil) -> [UInt8] {
    switch self {
    case .json: json
    case .lines: json + [UInt8(ascii: "\n")]
    case .events: Self.idLine(eventID) + Array("data: ".utf8) + json + Array("\n\n".utf8)
    }
  }

  /// The line that says an event's id, which is left out where it is no text of one line.
  private static func idLine(_ eventID: String?) -> [UInt8] {
    guard let eventID, eventID.utf8.allSatisfy({ 0x20 < $0 && $0 < 0x7F }) else { return [] }
    return Array("id: \(eventID)\n".utf8)
  }

  /// What ends a body in whose midst the call has failed: a line with the member `error`, or an event
  /// of the type `error`.
  public func lastPiece(_ failure: HTTPFailure) -> [UInt8] {
    switch self {
    case .json, .lines: Array(#"{"error":"#.utf8) + failure.json + Array("}\n".utf8)
    case .events: Array("event: error\ndata: ".utf8) + failure.json + Array("\n\n".utf8)
    }
  }
}
