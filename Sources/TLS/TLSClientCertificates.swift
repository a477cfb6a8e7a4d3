/// Whether a server asks its clients for certificates, and which it takes.
public struct TLSClientCertificates: Equatable, Sendable {
  let authorities: String?
  let areRequired: Bool

  /// Clients show none.
  public static let notAsked = TLSClientCertificates(authorities: nil, areRequired: false)

  /// A client may show one; if it does, it must be good.
  ///
  /// - Parameter authorities: the path of a PEM file with the certificates of who vouches for them.
  public static func optional(authorities: String) -> TLSClientCertificates {
    TLSClientCertificates(authorities: authorities, areRequired: false)
  }

  /// A client must show a good one, or has no connection.
  public static func required(authorities: String) -> TLSClientCertificates {
    TLSClientCertificates(authorities: authorities, areRequired: true)
  }
}
