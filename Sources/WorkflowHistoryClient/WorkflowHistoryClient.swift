public import RPCClient
public import Reactor

/// A client of WorkflowHistoryService, good on any thread.
///
/// It has one connection, which all calls share, and which the next call opens anew when it was lost.
/// A call that failed is tried again where that is safe, for as long as its time lasts:
///
/// - where the server was UNAVAILABLE: reads; saves and deletions, as the id is what makes them one;
///   updates with an expected version; and whatever was not sent at all;
/// - where the server refused it with a time to wait (RESOURCE_EXHAUSTED, ABORTED): any call, after that;
/// - where the token was refused, and there is another: any call, once.
///
/// Its methods throw ``WorkflowHistoryError``. A task that is cancelled ends its call. ``close()`` the
/// client at the end.
public struct WorkflowHistoryClient: Sendable {
  let link: ClientLink

  /// Makes a client, and opens its connection: UNAVAILABLE where it can't be opened, or where the server
  /// is not to be trusted.
  ///
  /// - Parameter token: what each call carries.
  public static func connect(
    to address: SocketAddress, _ security: RPCChannel.Security, token: AccessToken,
    options: ClientOptions = ClientOptions()
  ) async throws(WorkflowHistoryError) -> WorkflowHistoryClient {
    let client = try await WorkflowHistoryClient(
      of: address, security, token: token, options: options)
    do throws(WorkflowHistoryError) {
      try await client.link.run { caller async throws(WorkflowHistoryError) in
        try await caller.connect()
      }
      return client
    } catch {
      await client.close()
      throw error
    }
  }

  /// Makes a client, whose first call opens the connection.
  ///
  /// - Parameter token: what each call carries.
  public init(
    of address: SocketAddress, _ security: RPCChannel.Security, token: AccessToken,
    options: ClientOptions = ClientOptions()
  ) async throws(WorkflowHistoryError) {
    link = try await ClientLink(to: address, security, token: token, options)
  }

  /// Closes the connection, and ends the client's thread. Calls that run, and those that come later, are
  /// UNAVAILABLE.
  public func close() async { await link.close() }
}
