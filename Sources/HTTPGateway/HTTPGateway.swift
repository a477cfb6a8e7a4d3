public import RPC

/// Finds what the requests of HTTP ask for that are not gRPC's, and says how they are answered.
public struct HTTPGateway: Sendable {
  private let operations: [any HTTPOperations]
  private let resources: [any HTTPResources]

  /// A gateway to operations and resources; of two with the same path the first counts.
  public init(_ operations: [any HTTPOperations], resources: [any HTTPResources] = []) {
    self.operations = operations
    self.resources = resources
  }

  /// Whether a request reads a resource, by its path.
  public func readsResource(_ head: HTTPHead) -> Bool {
    let path = head.target.prefix { $0 != "?" }
    return resources.contains { $0.has(path) }
  }

  /// The resource that a request reads; nil where its path is none's.
  ///
  /// - Throws: A ``HTTPFailure`` where it is refused for its head.
  public func resource(_ head: HTTPHead) throws(HTTPFailure) -> HTTPResource? {
    let path = head.target.prefix { $0 != "?" }
    for candidates in resources {
      guard let resource = try candidates.resource(path, for: head) else { continue }
      guard ["GET", "HEAD"].contains(head.method) else {
        throw .methodNotAllowed(["GET", "HEAD"])
      }
      return resource
    }
    return nil
  }

  /// What any path may be there for.
  private static let methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]

  /// The operation that a request leads to.
  ///
  /// - Throws: A ``HTTPFailure`` where it is refused for its head.
  public func operation(_ head: HTTPHead) throws(HTTPFailure) -> any HTTPOperation {
    // Of the server as a whole (RFC 9110, section 9.3.7).
    if head.method == "OPTIONS", head.target == "*" { throw .methodNotAllowed(Self.methods) }
    for candidates in operations {
      guard let operation = try candidates.operation(head.method, head.target) else { continue }
      guard head.isJSON || head.mayBeEmpty else { throw .notJSON }
      // Who was told of events goes on by itself after the last, at the address where it began.
      guard let last = head.metadata["last-event-id"], !last.isEmpty else { return operation }
      return operation.resumed(after: last) ?? operation
    }
    throw .notFound
  }
}

extension HTTPGateway {
  /// What the caller is told of a request that is refused before it is looked at: in the form that all
  /// failures of its path have.
  ///
  /// - Parameter target: The path and the query, as far as they came. Nil where they did not.
  public func failure(
    _ status: RPCStatus, as httpStatus: Int, at target: String?
  ) -> HTTPFailure {
    for candidates in operations {
      guard let target else { break }
      if let own = candidates.failure(status, as: httpStatus, at: target) { return own }
    }
    return HTTPFailure(status, as: httpStatus)
  }
}

/// What a request of HTTP begins with, as far as it says what is asked.
public struct HTTPHead: Sendable {
  /// HTTP's method.
  public var method: String
  /// The path and the query, as they were sent.
  public var target: String
  /// The media type of the body, nil where it is not said.
  public var contentType: String?
  /// The caller's fields.
  public var metadata: Metadata
  /// What the caller's certificate calls it, where it has shown one that is trusted.
  public var certificateNames: [String]

  /// A head.
  public init(
    method: String, target: String, contentType: String?, metadata: Metadata,
    certificateNames: [String] = []
  ) {
    self.method = method
    self.target = target
    self.contentType = contentType
    self.metadata = metadata
    self.certificateNames = certificateNames
  }

  /// Whether the answer has a body (RFC 9110, section 9.3.2).
  public var hasAnswerBody: Bool { method != "HEAD" }

  /// Whether the body is said to be JSON; where it is not, there is to be none. What is said of it does not
  /// count where a method has none: many clients say the same with all that they send.
  ///
  /// What another site makes a browser send without asking, with a body, is never said to be JSON.
  public var isJSON: Bool {
    guard ["POST", "PATCH", "PUT"].contains(method) else { return true }
    let type = contentType?.prefix { $0 != ";" && $0 != " " }.lowercased()
    return type == "application/json" && isPlain
  }

  /// Whether nothing is said of the body, and it may be left out.
  ///
  /// That another site's page can make a browser send too, with the certificate that the browser has. It
  /// can't have it bring a token, and there is no browser that leaves out `origin` where the method is
  /// neither GET nor HEAD (https://fetch.spec.whatwg.org/#append-a-request-origin-header).
  var mayBeEmpty: Bool {
    let isOfNoBrowser = metadata["origin"] == nil && metadata["sec-fetch-site"] == nil
    return contentType == nil && isPlain && (metadata["authorization"] != nil || isOfNoBrowser)
  }

  private var isPlain: Bool { metadata["content-encoding"] ?? "identity" == "identity" }
}
