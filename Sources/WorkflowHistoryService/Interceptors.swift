public import Identity
internal import ProtobufMessages
public import RPC
internal import Telemetry
internal import WorkflowHistory

/// What every call passes before its handler, the outermost first. This is the one list of them.
///
/// - Parameters:
///   - publicServices: the full names of the services whose calls need no token.
///   - use: what each caller has taken, and may.
///   - pause: waits for a time, or until the call is cancelled: answers to who takes no refusal for an
///     answer are held back.
///   - audit: is given a record of each write, and of each call that is refused; nil keeps none.
///   - log: is told how calls ended.
public func interceptors(
  verifier: TokenVerifier, publicServices: Set<String> = [],
  use: CallerUse = CallerUse(CallerLimits()), pause: @escaping (Duration) async -> Void = { _ in },
  audit: (@Sendable (AuditRecord) -> Void)? = nil, log: CallLog
) -> [any ServerInterceptor] {
  [
    MetricsInterceptor(),
    TracingInterceptor(),
    CallLogInterceptor(log),
  ] + (audit.map { [AuditInterceptor($0)] } ?? []) + [
    AuthenticationInterceptor(verifier, publicServices: publicServices),
    CallerLimitInterceptor(use, pause: pause),
    HistoryErrorInterceptor(),
  ]
}

/// Lets in who brings a good token, or none and a certificate that is a service's, and attaches the
/// ``Principal``. A call that streams ends when its token has expired, but for an export, which can't go on
/// with another, or when what let it in was revoked.
final class AuthenticationInterceptor: ServerInterceptor {
  private let verifier: TokenVerifier
  private let publicServices: Set<String>
  private let lookups = TokenLookups()

  init(_ verifier: TokenVerifier, publicServices: Set<String>) {
    self.verifier = verifier
    self.publicServices = publicServices
  }

  func interception(of method: MethodDescriptor) -> Interception? {
    if publicServices.contains(method.service) { return nil }
    let (verifier, lookups) = (verifier, lookups)
    let outlivesToken = method.name == "ExportWorkflowExecutions"
    return Interception(
      admit: { call in
        call[Principal.self] = try verifier.caller(
          call.metadata, certificateNames: call.peer.certificateNames, lookups: lookups)
        return nil
      },
      recheck: { call in
        let caller = try verifier.caller(
          call.metadata, certificateNames: call.peer.certificateNames,
          mayHaveExpired: outlivesToken)
        guard caller == call[Principal.self] else {
          throw RPCStatus(.unauthenticated, "the caller's rights have changed: call again")
        }
      })
  }
}

/// Answers what the domain and the store throw with the status of the same name.
final class HistoryErrorInterceptor: ServerInterceptor {
  func interception(of method: MethodDescriptor) -> Interception? {
    Interception(conclude: { _, failure in
      (failure as? HistoryError).map(RPCStatus.init) ?? failure
    })
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
    .outOfRange: .outOfRange,
    .deadlineExceeded: .deadlineExceeded,
    .internal: .internal,
  ]
}
