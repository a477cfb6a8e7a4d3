public import GRPCMessages
public import RPC

/// How the services of a server are: what its health service (`grpc.health.v1.Health`) tells.
///
/// Not `Sendable`: each loop has one, and it is changed on its loop.
public final class HealthRegistry {
  /// How many services a list may have, as in other servers of gRPC.
  public static let greatestListCount = 100
  /// How many bytes the name of a service that is watched may have.
  public static let greatestNameLength = 1024

  /// The statuses by service. The empty name is the server as a whole.
  private var statuses: [String: ServingStatus]
  /// The watches by service, each by a number of its own.
  private var watches: [String: [Int: AsyncStream<ServingStatus>.Continuation]] = [:]
  private var nextWatch = 0
  private var isShutDown = false

  /// The server as a whole and these services, each with this status.
  public init(services: [String] = [], status: ServingStatus) {
    statuses = Dictionary([("", status)] + services.map { ($0, status) }) { first, _ in first }
  }

  /// How many watches there are.
  var watchCount: Int { watches.values.reduce(0) { $0 + $1.count } }

  /// Sets how a service is, and tells its watches. Without a name: the server as a whole.
  ///
  /// After ``shutDown()`` it changes nothing.
  public func set(_ status: ServingStatus, for service: String = "") {
    if isShutDown { return }
    statuses[service] = status
    for watch in (watches[service] ?? [:]).values { watch.yield(status) }
  }

  /// Says that nothing is served from here on. Watches tell it, where they have not yet, and end;
  /// a server that drains would wait for them forever.
  public func shutDown() {
    for service in statuses.keys { set(.notServing, for: service) }
    isShutDown = true
    for watch in watches.values.joined() { watch.value.finish() }
  }

  /// How a service is.
  ///
  /// - Throws: NOT_FOUND where there is no such service.
  public func check(_ request: HealthCheckRequest) throws(RPCStatus) -> HealthCheckResponse {
    guard let status = statuses[request.service] else {
      throw RPCStatus(.notFound, "unknown service")
    }
    return HealthCheckResponse(status: status)
  }

  /// How all services are.
  ///
  /// - Throws: RESOURCE_EXHAUSTED where there are more than ``greatestListCount``.
  public func list() throws(RPCStatus) -> HealthListResponse {
    guard statuses.count <= Self.greatestListCount else {
      throw RPCStatus(
        .resourceExhausted, "there are more than \(Self.greatestListCount) services to list")
    }
    return HealthListResponse(statuses: statuses)
  }

  /// Tells how a service is, at once and then whenever that changes; SERVICE_UNKNOWN as long as
  /// there is no such service.
  ///
  /// While `tell` is at work changes add up to the latest. Returns after ``shutDown()``.
  ///
  /// - Throws: `CancellationError` when the task is cancelled; INVALID_ARGUMENT for a name longer
  ///   than ``greatestNameLength``; what `tell` throws.
  public func watch(
    _ request: HealthCheckRequest, _ tell: (HealthCheckResponse) async throws -> Void
  ) async throws {
    let service = request.service
    guard service.utf8.count <= Self.greatestNameLength else {
      throw RPCStatus(
        .invalidArgument, "service: must have at most \(Self.greatestNameLength) bytes")
    }
    // Of what is not yet taken the stream keeps the latest, and a cancelled task ends it.
    let (changes, watch) = AsyncStream.makeStream(
      of: ServingStatus.self, bufferingPolicy: .bufferingNewest(1))
    let number = nextWatch
    nextWatch += 1
    watches[service, default: [:]][number] = watch
    defer {
      watches[service]?[number] = nil
      if watches[service]?.isEmpty == true { watches[service] = nil }
    }
    watch.yield(statuses[service] ?? .serviceUnknown)
    if isShutDown { watch.finish() }

    var told: ServingStatus?
    for await status in changes where status != told {
      told = status
      try await tell(HealthCheckResponse(status: status))
    }
    try Task.checkCancellation()
  }
}
