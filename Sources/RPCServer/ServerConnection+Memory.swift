internal import RPC
internal import Reactor

/// What a connection makes the server keep.
extension ServerConnection {
  /// How many bytes this connection makes the server keep.
  var heldBytes: Int {
    requestBytes + session.heldInputBytes + session.pendingAnswerBytes + stream.pendingBytes
  }

  /// Whether the server may keep so many bytes more for this connection; where not, a limit counts as
  /// reached.
  func hasRoom(for bytes: Int) -> Bool {
    let held = heldBytes + bytes
    guard held <= server.configuration.maxConnectionMemory else {
      server.figures.reached(.connectionMemory)
      return false
    }
    guard server.heldBytes + held - counted <= server.maxMemory else {
      server.figures.reached(.memory)
      return false
    }
    return true
  }

  /// What a call is told for which there is no room.
  var memoryIsFull: RPCStatus {
    let limit = server.configuration.maxConnectionMemory
    return RPCStatus(
      .resourceExhausted,
      "too many calls and messages wait: those of one connection may take \(limit) bytes, and "
        + "those of all \(server.configuration.maxMemory)",
      retryAfter: .seconds(1))
  }

  /// Counts what the connection makes the server keep now; of one that is over nothing is counted.
  func count(_ bytes: Int) {
    // A stream that has failed is closed before it says so: what was counted is taken off all the same.
    let bytes = stream.isClosing ? 0 : bytes
    server.heldBytes += bytes - counted
    counted = bytes
  }
}
