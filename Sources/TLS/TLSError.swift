internal import COpenSSL

/// Why a certificate was not usable, or a connection is not to be trusted.
public struct TLSError: Error, Equatable, CustomStringConvertible {
  /// What failed, and OpenSSL's reason.
  public let description: String

  init(_ description: String) { self.description = description }

  /// The error with the first reason of this thread's queue, which is emptied.
  static func fromQueue(_ what: String) -> TLSError {
    let code = ERR_get_error()
    ERR_clear_error()
    guard code != 0, let reason = err_reason(code) else { return TLSError(what) }
    return TLSError("\(what): \(String(cString: reason))")
  }
}
