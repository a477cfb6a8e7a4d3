public import RPC
internal import TextEncoding

/// Whether the body of an answer is gzipped, as far as its caller says (RFC 9110, section 12.5.3).
public enum GzipUse: Equatable, Sendable {
  /// The caller does not take it, or would rather have the body as it is.
  case never
  /// It is, if that pays.
  case whenWorthIt
  /// It is, since the caller takes nothing else.
  case always

  /// What the fields `accept-encoding` ask for. Where there is none, nothing is compressed: who says
  /// nothing is more likely not to expect it than not to mind.
  public init(_ metadata: Metadata) {
    self = metadata.list("accept-encoding").map { Self.init(WeightedList($0)) } ?? .never
  }

  private init(_ accepted: WeightedList) {
    var gzip: Int?
    var identity: Int?
    var others: Int?
    // A coding has no parameters.
    for element in accepted.elements where element.parameters.isEmpty {
      switch element.name {
      case "gzip", "x-gzip": gzip = max(gzip ?? 0, element.weight)
      case "identity": identity = element.weight
      case "*": others = element.weight
      default: break
      }
    }
    let wish = gzip ?? others ?? 0
    // The body as it is needs no mention.
    switch identity ?? others {
    case _ where wish == 0: self = .never
    case 0: self = .always
    case let plain? where plain > wish: self = .never
    default: self = .whenWorthIt
    }
  }
}
