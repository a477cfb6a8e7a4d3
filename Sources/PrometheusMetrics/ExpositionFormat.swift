/// How figures are written for who reads them.
public enum ExpositionFormat: Sendable {
  /// Prometheus' text, version 0.0.4
  /// (https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format).
  case text
  /// OpenMetrics, version 1.0
  /// (https://github.com/prometheus/OpenMetrics/blob/v1.0.0/specification/OpenMetrics.md).
  case openMetrics

  /// The format that a request likes best (RFC 9110, section 12.5.1); the text where it likes both, or
  /// says nothing.
  ///
  /// - Parameter accept: The request's field.
  public init(accept: String?) {
    var (text, openMetrics) = (0.0, 0.0)
    for range in (accept ?? "*/*").lowercased().split(separator: ",") {
      let parts = range.split(separator: ";").map { $0.trimmed }
      let parameters = Dictionary(
        parts.dropFirst().compactMap(Self.parameter), uniquingKeysWith: { first, _ in first })
      let quality = parameters["q"].map { Double($0) ?? 0 } ?? 1
      switch parts.first {
      case "application/openmetrics-text" where parameters["version"] ?? "1.0.0" == "1.0.0":
        openMetrics = max(openMetrics, quality)
      case "text/plain" where parameters["version"] ?? "0.0.4" == "0.0.4", "text/*", "*/*":
        text = max(text, quality)
      default: break
      }
    }
    self = openMetrics > 0 && openMetrics >= text ? .openMetrics : .text
  }

  private static func parameter(_ text: Substring) -> (Substring, Substring)? {
    guard let equals = text.firstIndex(of: "=") else { return nil }
    return (text[..<equals].trimmed, text[text.index(after: equals)...].trimmed)
  }

  /// The media type.
  public var contentType: String {
    switch self {
    case .text: "text/plain; version=0.0.4; charset=utf-8"
    case .openMetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8"
    }
  }
}

extension Substring {
  /// Without the white space around it, and quotes.
  fileprivate var trimmed: Substring {
    var text = self
    while let first = text.first, " \t\"".contains(first) { text.removeFirst() }
    while let last = text.last, " \t\"".contains(last) { text.removeLast() }
    return text
  }
}
