/// The error of this type that `body` throws; nil where it throws none, or another.
///
/// `#expect(throws:)` runs an async closure elsewhere than its caller, and so off the loop.
public func failure<Failure: Error>(
  _ type: Failure.Type, _ body: () async throws -> some Any
) async -> Failure? {
  do {
    _ = try await body()
    return nil
  } catch {
    return error as? Failure
  }
}
