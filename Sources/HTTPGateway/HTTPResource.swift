public import RPC

/// What is read by its path and is no call of a method: a page, a document.
public struct HTTPResource: Sendable {
  /// The fields that describe the body, `content-type` among them.
  public var fields: [RPCField]
  /// The body.
  public var body: [UInt8]
  /// What tells this state of the resource from its others (RFC 9110, section 8.8.3), with its quotes.
  /// Nil: nobody keeps it.
  public var entityTag: String?

  /// A resource.
  ///
  /// - Parameters:
  ///   - contentType: The media type of the body.
  ///   - fields: Further fields.
  public init(
    contentType: String, fields: [RPCField] = [], body: [UInt8], entityTag: String? = nil
  ) {
    self.fields =
      [
        RPCField("content-type", contentType), RPCField("x-content-type-options", "nosniff"),
        RPCField("cache-control", entityTag == nil ? "no-store" : "no-cache"),
      ] + fields
    if let entityTag { self.fields.append(RPCField("etag", entityTag)) }
    self.body = body
    self.entityTag = entityTag
  }

  /// Whether the caller has this state of the resource already (RFC 9110, section 13.1.2).
  public func isKept(by metadata: Metadata) -> Bool {
    guard let entityTag, let kept = metadata["if-none-match"] else { return false }
    return kept.split(separator: ",").contains { tag in
      let tag = tag.trimmingPrefix { $0 == " " }
      return tag == "*" || tag.trimmingPrefix("W/").prefix { $0 != " " } == entityTag
    }
  }
}

/// The resources under some paths.
public protocol HTTPResources: Sendable {
  /// Whether a path is one of theirs.
  func has(_ path: Substring) -> Bool
  /// The resource at a path; nil where there is none.
  ///
  /// - Parameters:
  ///   - path: The path as it was sent, without a query.
  ///   - head: The request, whose method is GET or HEAD, or one that will be refused.
  /// - Throws: A ``HTTPFailure`` where it is not for this caller.
  func resource(_ path: Substring, for head: HTTPHead) throws(HTTPFailure) -> HTTPResource?
}
