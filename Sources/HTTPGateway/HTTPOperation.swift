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
  /// The id of the event that a response is, by which its caller goes on after it. Nil: it has none.
  ///
  /// - Parameter response: Its wire bytes.
  func eventID(of response: [UInt8]) -> String?
  /// The operation that goes on after the event with this id; nil where none can.
  func resumed(after eventID: String) -> (any HTTPOperation)?
  /// What the caller is told of a call that has failed.
  func failure(_ status: RPCStatus) -> HTTPFailure
}

extension HTTPOperation {
  /// None.
  public func eventID(of response: [UInt8]) -> String? { nil }
  /// None.
  public func resumed(after eventID: String) -> (any HTTPOperation)? { nil }
  /// A `google.rpc.Status`, under the status of HTTP that goes with its code.
  public func failure(_ status: RPCStatus) -> HTTPFailure { HTTPFailure(status) }
}

/// The operations under some paths.
public protocol HTTPOperations: Sendable {
  /// The operation that a request leads to.
  ///
  /// - Parameters:
  ///   - method: HTTP's method, in upper case. The answer to HEAD is sent without its body.
  ///   - target: The path, and the query where there is one, as they were sent.
  /// - Returns: nil where the path is none of theirs.
  /// - Throws: A ``HTTPFailure`` where it is, but can't be called so.
  func operation(
    _ method: String, _ target: String
  ) throws(HTTPFailure) -> (any HTTPOperation)?
  /// What the caller is told of a request that is refused before it is looked at as one of theirs.
  ///
  /// - Parameter target: The path and the query, as far as they came.
  /// - Returns: nil where the path is none of theirs, or has no form of its own for failures.
  func failure(_ status: RPCStatus, as httpStatus: Int, at target: String) -> HTTPFailure?
}

extension HTTPOperations {
  /// None.
  public func failure(_ status: RPCStatus, as httpStatus: Int, at target: String) -> HTTPFailure? {
    nil
  }
}
