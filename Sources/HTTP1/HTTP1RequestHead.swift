/// What a request begins with (RFC 9112, sections 3 and 5).
public struct HTTP1RequestHead: Equatable, Sendable {
  /// The method, such as `POST`.
  public internal(set) var method = ""
  /// The path and query, beginning with a slash; `*` of an OPTIONS request for the whole server.
  public internal(set) var path = ""
  /// The host, and the port where there is one: of an absolute target, else of the field `Host`. Empty
  /// where an HTTP/1.0 client says none.
  public internal(set) var authority = ""
  /// The other fields, in their order; `Host` is not among them.
  public internal(set) var fields: [HTTP1Field] = []
  /// Whether the client speaks HTTP/1.0, and knows neither chunks nor 100 (Continue).
  public internal(set) var isHTTP10 = false
  /// How long the body is. Nil where it comes in chunks.
  public internal(set) var contentLength: Int? = 0
  /// Whether the client waits for 100 (Continue) before it sends the body.
  public internal(set) var expectsContinue = false
  /// Whether the client wants to use the connection again.
  public internal(set) var keepsAlive = true

  /// The value of the only field with this name, in lower case. Nil where there is none, or more.
  public func only(_ name: String) -> String? {
    let values = fields.filter { $0.name == name }
    return values.count == 1 ? values[0].value : nil
  }
}
