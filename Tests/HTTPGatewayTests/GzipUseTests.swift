import HTTPGateway
import RPC
import Testing

@Suite("Whether an answer is gzipped")
struct GzipUseTests {
  @Test(
    "is what its caller takes, and would rather have",
    arguments: [
      (nil, .never), ("", .never), ("identity", .never), ("br, deflate", .never),
      ("gzip", .whenWorthIt), ("GZip", .whenWorthIt), ("x-gzip", .whenWorthIt), ("*", .whenWorthIt),
      ("gzip, deflate, br, zstd", .whenWorthIt), ("gzip;q=0.5, identity;q=0.5", .whenWorthIt),
      ("deflate,\tgzip ; q=0.001", .whenWorthIt), ("gzip;Q=1.000", .whenWorthIt),
      ("gzip;q=0", .never), ("gzip;q=0.000", .never), ("*;q=0", .never), ("gzip;q=0, *", .never),
      ("gzip;q=0.5, identity", .never), ("gzip;q=0.5, *;q=0.6", .never),
      ("gzip, identity;q=0", .always), ("gzip;q=0.1, *;q=0", .always),
      ("*, identity;q=0.0", .always),
      ("identity;q=0", .never), ("identity;q=0, br", .never),
      // Weights that are none.
      ("gzip;q=2", .never), ("gzip;q=1.001", .never), ("gzip;q=", .never), ("gzip;q=.5", .never),
      ("gzip;q=0.1234", .never), ("gzip;q=0,5", .never), ("gzip;q=+1", .never),
      ("gzip;level=1", .never), ("gzip;q=1;level=1", .never), ("gzipped", .never),
    ] as [(String?, GzipUse)])
  func fields(accepted: String?, use: GzipUse) {
    let fields = accepted.map { [RPCField("accept-encoding", $0)] } ?? []
    #expect(GzipUse(Metadata(fields)) == use)
  }

  @Test("is said by all fields of the name together")
  func severalFields() {
    let apart = Metadata([
      RPCField("accept-encoding", "gzip"), RPCField("accept-encoding", "identity;q=0"),
    ])
    #expect(GzipUse(apart) == .always)
  }
}
