import ArgumentParser

/// Who may ask for something that the server tells of itself.
enum Access: String, ExpressibleByArgument, CaseIterable, Sendable {
  /// Whoever can connect.
  case open
  /// Who brings a good token.
  case authenticated
  /// Nobody.
  case off
}
