public import ProtobufMessages

/// Stands between calls and their handlers, for what crosses all calls.
public protocol ServerInterceptor: AnyObject {
  /// What calls of this method pass; nil: nothing. It is asked once for each method, so what is the
  /// same for all calls of one is found out here.
  func interception(of method: MethodDescriptor) -> Interception?
}

/// What a call passes on its way to the handler, and again when it has ended.
///
/// Neither is an asynchronous function around the rest, since each of those costs every call as
/// much as all that an interceptor does.
public struct Interception {
  /// The rest of an admission, which is awaited.
  public typealias Rest = () async throws -> Void

  /// Whether a call may go on.
  public typealias Recheck = (ServerCall) throws -> Void

  let admit: (ServerCall) throws -> Rest?
  let recheck: Recheck?
  let conclude: (ServerCall, (any Error)?) -> (any Error)?
  let passOver: (ServerCall) -> Void

  /// - Parameters:
  ///   - admit: lets the call in, or refuses it by throwing an ``RPCStatus``. It returns what is
  ///     still to be awaited for that, nil as a rule.
  ///   - recheck: is asked before each message of a call that streams whether it may go on; it ends
  ///     the call by throwing an ``RPCStatus``. Nil: it always may.
  ///   - conclude: is told what a call that it has let in ended with, nil where all is well, and
  ///     returns what its caller is told. By default that is the same.
  ///   - passOver: is told of a call that had ended before it could be let in: its caller has reset it, or
  ///     its deadline has passed. Nothing else is. By default it is nothing to anybody.
  public init(
    admit: @escaping (ServerCall) throws -> Rest? = { _ in nil },
    recheck: Recheck? = nil,
    conclude: @escaping (ServerCall, (any Error)?) -> (any Error)? = { $1 },
    passOver: @escaping (ServerCall) -> Void = { _ in }
  ) {
    self.admit = admit
    self.recheck = recheck
    self.conclude = conclude
    self.passOver = passOver
  }
}
