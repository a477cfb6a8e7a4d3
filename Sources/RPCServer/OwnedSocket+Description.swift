internal import Reactor

extension OwnedSocket {
  /// Who is at the other end: `203.0.113.7:50123`, `unix uid 1000`.
  var peerDescription: String {
    if isUnix { return peerUserID.map { "unix uid \($0)" } ?? "unix" }
    return peerAddress?.description ?? "tcp"
  }

  /// Whether it may be served, where these users' processes may connect by a Unix socket.
  func isAllowed(_ userIDs: Set<UInt32>?) -> Bool {
    guard isUnix, let userIDs else { return true }
    return peerUserID.map { userIDs.contains($0) } ?? false
  }
}
