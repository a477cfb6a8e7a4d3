import HTTPGateway
import WorkflowHistoryMessages

/// What can be asked by HTTP, as OpenAPI says it, at `/openapi.json`.
///
/// It needs no token: it is the same on every server, and says nothing that is not public with the code.
/// Who generates a client of it has none yet.
struct OpenAPIDocument: HTTPResources {
  private let document = StaticResource(
    contentType: "application/json", body: WorkflowHistoryAPI.openAPIDocument,
    digest: WorkflowHistoryAPI.openAPIDigest)

  func has(_ path: Substring) -> Bool { path == "/openapi.json" }

  func resource(_ path: Substring, for head: HTTPHead) -> HTTPResource? {
    has(path) ? document.form(for: head) : nil
  }
}
