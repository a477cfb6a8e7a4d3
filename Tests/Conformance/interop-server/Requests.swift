import ProtobufMessages

/// `grpc.testing.Empty`.
struct Empty: DecodableMessage, EncodableMessage {
  static func decode(_ bytes: [UInt8], arena: Arena) throws(MessageError) -> Empty {
    _ = try ProtobufField.fields(of: bytes[...])
    return Empty()
  }

  func encode(arena: Arena, prefix: Int) -> [UInt8] { [UInt8](repeating: 0, count: prefix) }
}

/// `grpc.testing.EchoStatus`: how the call shall end.
struct EchoStatus {
  var code: Int32 = 0
  var message = ""

  init(_ bytes: ArraySlice<UInt8>) throws(MessageError) {
    for field in try ProtobufField.fields(of: bytes) {
      switch field.number {
      case 1: code = field.value.int32
      case 2: message = String(decoding: field.value.content, as: UTF8.self)
      default: break
      }
    }
  }
}

/// `grpc.testing.SimpleRequest`, of which the payload is passed over.
struct SimpleRequest: DecodableMessage {
  var responseSize: Int32 = 0
  var responseCompressed: Bool?
  var responseStatus: EchoStatus?
  var expectCompressed: Bool?

  static func decode(_ bytes: [UInt8], arena: Arena) throws(MessageError) -> SimpleRequest {
    var request = SimpleRequest()
    for field in try ProtobufField.fields(of: bytes[...]) {
      switch field.number {
      case 2: request.responseSize = field.value.int32
      case 6: request.responseCompressed = try boolValue(field.value.content)
      case 7: request.responseStatus = try EchoStatus(field.value.content)
      case 8: request.expectCompressed = try boolValue(field.value.content)
      default: break
      }
    }
    return request
  }
}

/// `grpc.testing.StreamingInputCallRequest`.
struct StreamingInputCallRequest: DecodableMessage {
  var payloadSize = 0
  var expectCompressed: Bool?

  static func decode(_ bytes: [UInt8], arena: Arena) throws(MessageError)
    -> StreamingInputCallRequest
  {
    var request = StreamingInputCallRequest()
    for field in try ProtobufField.fields(of: bytes[...]) {
      switch field.number {
      case 1:
        let payload = try ProtobufField.fields(of: field.value.content)
        request.payloadSize = payload.last { $0.number == 2 }?.value.content.count ?? 0
      case 2: request.expectCompressed = try boolValue(field.value.content)
      default: break
      }
    }
    return request
  }
}

/// `grpc.testing.StreamingOutputCallRequest`, of which the payload is passed over.
struct StreamingOutputCallRequest: DecodableMessage {
  /// `grpc.testing.ResponseParameters`: one response that is asked for.
  struct Response {
    var size: Int32 = 0
    var interval = Duration.zero
    var compressed: Bool?
  }

  var responses: [Response] = []
  var responseStatus: EchoStatus?

  static func decode(_ bytes: [UInt8], arena: Arena) throws(MessageError)
    -> StreamingOutputCallRequest
  {
    var request = StreamingOutputCallRequest()
    for field in try ProtobufField.fields(of: bytes[...]) {
      switch field.number {
      case 2: request.responses.append(try Response(field.value.content))
      case 7: request.responseStatus = try EchoStatus(field.value.content)
      default: break
      }
    }
    return request
  }
}

extension StreamingOutputCallRequest.Response {
  fileprivate init(_ bytes: ArraySlice<UInt8>) throws(MessageError) {
    for field in try ProtobufField.fields(of: bytes) {
      switch field.number {
      case 1: size = field.value.int32
      case 2: interval = .microseconds(field.value.int32)
      case 3: compressed = try boolValue(field.value.content)
      default: break
      }
    }
  }
}

/// What a `grpc.testing.BoolValue` says.
private func boolValue(_ bytes: ArraySlice<UInt8>) throws(MessageError) -> Bool {
  try ProtobufField.fields(of: bytes).last { $0.number == 1 }?.value.int32 ?? 0 != 0
}
