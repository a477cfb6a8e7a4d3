internal import RPC
internal import Reactor
internal import Synchronization
internal import TextEncoding

/// The field `date` of answers (RFC 9110, section 6.6.1). All loops share one, which is written once a
/// second.
final class DateField: Sendable {
  static let shared = DateField()

  private let written = Mutex<(second: Int64, field: RPCField)>((-1, RPCField("date", "")))

  /// The field now.
  var now: RPCField { at(WallClock.secondsSince1970) }

  /// The field at an instant, in seconds since 1970.
  func at(_ second: Int64) -> RPCField {
    written.withLock { written in
      if written.second != second {
        written = (second, RPCField("date", HTTPDate.text(seconds: max(0, second))))
      }
      return written.field
    }
  }
}
