import ProtobufMessages

/// `grpc.testing.SimpleResponse` and `grpc.testing.StreamingOutputCallResponse`, which are alike on
/// the wire: field 1 is a payload, whose type COMPRESSABLE is 0 and so not sent.
struct PayloadResponse: EncodableMessage {
  /// How many bytes of 0 the payload has.
  var size: Int

  func encode(arena: Arena, prefix: Int) -> [UInt8] {
    var payload: [UInt8] = []
    if size > 0 { payload.append(field: 2, [UInt8](repeating: 0, count: size)) }
    var message = [UInt8](repeating: 0, count: prefix)
    message.append(field: 1, payload)
    return message
  }
}

/// `grpc.testing.StreamingInputCallResponse`.
struct StreamingInputCallResponse: EncodableMessage {
  /// How many bytes the payloads of all requests had.
  var aggregatedPayloadSize: Int

  func encode(arena: Arena, prefix: Int) -> [UInt8] {
    var message = [UInt8](repeating: 0, count: prefix)
    message.append(field: 1, aggregatedPayloadSize)
    return message
  }
}
