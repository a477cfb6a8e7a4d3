/// Why there are no development certificates.
public struct DevelopmentCertificatesError: Error, Equatable, CustomStringConvertible {
  /// One line for the operator.
  public let description: String
}
