import ProtobufMessages

/// Streams whose every response says in its field `resume_token` with what in the request's another stream
/// goes on after it.
extension HTTPCall {
  /// The token that a response has. Nil where it has none, or the method knows no such.
  ///
  /// - Parameter response: Its wire bytes.
  public func resumeToken(of response: [UInt8]) -> String? {
    guard canResume, let field = route.response.resumeToken else { return nil }
    var token: Range<Int>?
    do {
      var reader = WireReader(response.indices)
      while !reader.isAtEnd {
        let key = try reader.key(response.span)
        let value = try reader.value(response.span, key.type)
        if key.number == field.number, key.type == .lengthDelimited { token = value }
      }
    } catch {
      return nil
    }
    return token.flatMap { String(validating: response[$0], as: UTF8.self) }
  }

  /// The call that goes on with a token. Nil where the method knows no such.
  public func resumed(withToken token: String) -> HTTPCall? {
    guard canResume else { return nil }
    var call = self
    call.resumeToken = token
    return call
  }

  private var canResume: Bool {
    method.isServerStreaming && route.request.resumeToken != nil
      && route.response.resumeToken != nil
  }
}

extension MessageDescriptor {
  /// The field with the token that a stream goes on with.
  var resumeToken: FieldDescriptor? {
    guard let index = index(of: "resume_token"), case .string = fields[index].kind,
      !fields[index].isRepeated
    else { return nil }
    return fields[index]
  }
}
