import ArgumentParser
import TLS

/// Whether a client must show a certificate.
enum CertificateDemand: String, ExpressibleByArgument, CaseIterable {
  case optional
  case required
}

/// Certificates, and who may connect: `serve`'s flags for it.
struct TransportOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "A PEM file with the server's certificate and its issuers'.", valueName: "file"))
  var tlsCert: String?

  @Option(help: ArgumentHelp("A PEM file with the certificate's key.", valueName: "file"))
  var tlsKey: String?

  @Option(
    name: .customLong("tls-client-ca"),
    help: ArgumentHelp(
      "A PEM file with the authorities of clients' certificates, which are asked for then.",
      valueName: "file"))
  var clientAuthorities: String?

  @Option(
    name: .customLong("tls-client-certificates"),
    help: "Whether a client must show one: optional or required.")
  var demand = CertificateDemand.optional

  @Option(
    name: .customLong("tls-client-identities"),
    help: ArgumentHelp(
      """
      A list of clients that need no token: on each line a name in the certificate, the user and \
      scopes, `DNS:executor.example executor history:write history:any`.
      """, valueName: "file"))
  var identitiesFile: String?

  @Option(
    help: ArgumentHelp(
      "Who may connect by the Unix socket, as its permission bits.", valueName: "bits")
  )
  var unixMode = FileMode(0o660)

  @Option(
    name: .customLong("unix-allow-uid"),
    help: ArgumentHelp(
      "A user whose processes may connect by the Unix socket; again for more. Default: all whom its "
        + "mode lets.", valueName: "uid"))
  var unixUserIDs: [UInt32] = []

  func validate() throws {
    guard (tlsCert == nil) == (tlsKey == nil) else {
      throw ValidationError("--tls-cert and --tls-key go together")
    }
    guard clientAuthorities != nil || (identitiesFile == nil && demand == .optional) else {
      throw ValidationError(
        "--tls-client-certificates and --tls-client-identities go with --tls-client-ca")
    }
  }

  /// Whether clients are asked for certificates.
  var clientCertificates: TLSClientCertificates {
    guard let clientAuthorities else { return .notAsked }
    return demand == .required
      ? .required(authorities: clientAuthorities) : .optional(authorities: clientAuthorities)
  }
}

/// Permission bits as one types them: `0660`, `600`.
struct FileMode: ExpressibleByArgument {
  let bits: UInt16

  init(_ bits: UInt16) { self.bits = bits }

  init?(argument: String) {
    guard let bits = UInt16(argument, radix: 8), bits <= 0o777 else { return nil }
    self.bits = bits
  }

  var defaultValueDescription: String { "0" + String(bits, radix: 8) }
}
