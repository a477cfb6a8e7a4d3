import Compression
import HTTPGateway
import RPC
import Testing

@Suite("A resource that stays as it is")
struct StaticResourceTests {
  private let body = Array(String(repeating: "all the same; ", count: 100).utf8)

  private func form(accepting encodings: String?) -> HTTPResource {
    let fields = encodings.map { [RPCField("accept-encoding", $0)] } ?? []
    return StaticResource(contentType: "text/plain", body: body, digest: "1a")
      .form(
        for: HTTPHead(
          method: "GET", target: "/page", contentType: nil, metadata: Metadata(fields)))
  }

  @Test("is told as it is to who takes nothing else", arguments: [nil, "identity", "gzip;q=0"])
  func plain(encodings: String?) {
    let form = form(accepting: encodings)
    #expect(form.body == body && form.entityTag == "\"1a\"")
    #expect(!form.fields.contains { $0.name == "content-encoding" })
    #expect(form.fields.contains(RPCField("vary", "accept-encoding")))
  }

  @Test("is gzipped for who takes that", arguments: ["gzip", "gzip, br", "gzip, identity;q=0"])
  func gzipped(encodings: String) throws {
    let form = form(accepting: encodings)
    #expect(form.body.count < body.count / 10)
    #expect(try GzipDecompressor().decompress(form.body, limit: body.count) == body)
    #expect(form.fields.contains(RPCField("content-encoding", "gzip")))
    #expect(form.fields.contains(RPCField("vary", "accept-encoding")))
  }

  @Test("is kept in the form that was told")
  func kept() {
    let gzipped = form(accepting: "gzip")
    let plain = form(accepting: nil)
    for (form, other) in [(gzipped, plain), (plain, gzipped)] {
      let kept = Metadata([RPCField("if-none-match", form.entityTag ?? "")])
      #expect(form.isKept(by: kept) && !other.isKept(by: kept))
    }
  }
}
