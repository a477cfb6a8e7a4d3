public import ProtobufMessages
public import RPC

/// A request of HTTP as a call of a method: which it is, what is asked, and how it is answered.
public protocol HTTPOperation: Sendable {
  /// The path of the method, such as `/package.Service/Method`.
  var methodPath: String { get }
  /// Whether the method answers with any number of responses.
  var streamsResponses: Bool { get }
  /// The request's wire bytes.
  ///
  /// - Parameter body: What came with the request: JSON, or nothing.
  /// - Throws: A ``MessageError`` that names the field or parameter which is refused.
  func request(body: [UInt8]) throws(MessageError) -> [UInt8]
  /// The JSON of a response, on one line.
  ///
  /// - Parameter response: Its wire bytes.
  /// - Throws: A ``MessageError`` where it can't be said in JSON, which is a fault of the server.
  func json(of response: [UInt8]) throws(MessageError) -> [UInt8]
  /// What the caller is told of a call that has failed.
  func failure(_ status: RPCStatus) -> HTTPFailure
}

extension HTTPOperation {
  /// A `google.rpc.Status`, under the status of HTTP that goes with its code.
  public func failure(_ status: RPCStatus) -> HTTPFailure { HTTPFailure(status) }
}

/// The operations under some paths.
public protocol HTTPOperations: Sendable {
  /// The operation that a request leads to.
  ///
  /// - Parameters:
  ///   - method: HTTP's method, in upper case.
  ///   - target: The path, and the query where there is one, as they were sent.
  /// - Returns: nil where the path is none of theirs.
  /// - Throws: A ``HTTPFailure`` where it is, but can't be called so.
  func operation(
    _ method: String, _ target: String
  ) throws(HTTPFailure) -> (any HTTPOperation)?
}
