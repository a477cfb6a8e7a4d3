public import Identity
public import Logging
internal import ProtobufMessages
public import RPC
internal import Telemetry
internal import WorkflowHistory

/// What every call passes before its handler, the outermost first. This is the one list of them.
///
/// - Parameters:
///   - publicServices: the full names of the services whose calls need no token.
///   - logger: is told how calls ended.
public func interceptors(
  verifier: TokenVerifier, publicServices: Set<String> = [], logger: Logger
) -> [any ServerInterceptor] {
  [
    MetricsInterceptor(),
    TracingInterceptor(logger: logger),
    AuthenticationInterceptor(verifier, publicServices: publicServices),
    HistoryErrorInterceptor(),
  ]
}

/// Lets in who brings a good token, and attaches the ``Principal``.
final class AuthenticationInterceptor: ServerInterceptor {
  private let verifier: TokenVerifier
  private let publicServices: Set<String>

  init(_ verifier: TokenVerifier, publicServices: Set<String>) {
    self.verifier = verifier
    self.publicServices = publicServices
  }

  func intercept(_ call: ServerCall, _ next: () async throws -> Void) async throws {
    if publicServices.contains(call.method.service) { return try await next() }
    let credentials = call.metadata.fields.filter { $0.name == "authorization" }
    guard let authorization = credentials.first, credentials.count == 1 else {
      throw RPCStatus(
        .unauthenticated, "the call needs one `authorization: Bearer <token>` in its metadata")
    }
    do throws(TokenError) {
      let token = try BearerToken.parse(authorization: authorization.value)
      call[Principal.self] = try await verifier.verify(bearer: token)
    } catch {
      throw RPCStatus(.unauthenticated, error.description)
    }
    try await next()
  }
}

/// Answers what the domain and the store throw with the status of the same name.
final class HistoryErrorInterceptor: ServerInterceptor {
  func intercept(_ call: ServerCall, _ next: () async throws -> Void) async throws {
    do {
      try await next()
    } catch let error as HistoryError {
      throw RPCStatus(error)
    }
  }
}

extension RPCStatus {
  /// The status that answers an error of the domain or of the store.
  init(_ error: HistoryError) {
    var details: [StatusDetail] = []
    if !error.violations.isEmpty {
      details.append(
        .badRequest(
          error.violations.map { FieldViolation(field: $0.field, description: $0.description) }))
    }
    if let retryAfter = error.retryAfter { details.append(.retryInfo(retryAfter)) }
    self.init(Self.codes[error.code] ?? .internal, error.message, details: details)
  }

  private static let codes: [HistoryError.Code: RPCStatusCode] = [
    .invalidArgument: .invalidArgument,
    .notFound: .notFound,
    .alreadyExists: .alreadyExists,
    .permissionDenied: .permissionDenied,
    .failedPrecondition: .failedPrecondition,
    .aborted: .aborted,
    .resourceExhausted: .resourceExhausted,
    .unavailable: .unavailable,
    .deadlineExceeded: .deadlineExceeded,
    .internal: .internal,
  ]
}
