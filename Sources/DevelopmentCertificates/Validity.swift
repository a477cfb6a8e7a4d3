internal import Foundation
internal import X509

/// How long a certificate is good for.
struct Validity {
  /// One that has less than this left is made again.
  static let renewalMargin: TimeInterval = 30 * day
  /// Ten years.
  static let authority: TimeInterval = 3652 * day
  /// The most that browsers and Apple's clients take is 398 days.
  static let server: TimeInterval = 397 * day
  private static let day: TimeInterval = 86_400

  let start: Date
  let end: Date

  /// From an hour ago, for clients whose clocks are behind, to `lifetime` after that.
  init(lifetime: TimeInterval, now: Date) {
    start = now.addingTimeInterval(-3600)
    end = start.addingTimeInterval(lifetime)
  }
}

extension Certificate {
  /// Whether it is valid at `now` and for some time to come.
  func isFresh(at now: Date) -> Bool {
    notValidBefore <= now && now.addingTimeInterval(Validity.renewalMargin) < notValidAfter
  }
}
