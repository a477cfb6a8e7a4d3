/// Why a connection ended.
enum ConnectionEnd: String, CaseIterable {
  /// Its client has closed it.
  case client
  /// It broke.
  case broken
  /// Its client sent what is no TLS or HTTP, or more of something than is allowed.
  case invalid
  /// Its client was silent, took nothing, or took too long.
  case timeout
  /// It was to take no more calls, and has none.
  case drained
  /// Its last request was answered.
  case answered
}
