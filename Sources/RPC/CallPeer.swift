/// Who is at the other end of a call's connection, as the transport knows it.
public final class CallPeer: Sendable {
  /// Where it calls from: `203.0.113.7:50123`, or `unix uid 1000`.
  public let address: String
  /// What its certificate, where it has shown one that is trusted, calls it: `DNS:worker-7.example`,
  /// `URI:spiffe://example/executor`. It is empty without one.
  public let certificateNames: [String]

  /// A peer.
  public init(address: String, certificateNames: [String] = []) {
    self.address = address
    self.certificateNames = certificateNames
  }
}
