internal import TextEncoding

/// How figures are written for who reads them.
public enum ExpositionFormat: Sendable {
  /// Prometheus' text, version 0.0.4
  /// (https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format).
  case text
  /// OpenMetrics, version 1.0
  /// (https://github.com/prometheus/OpenMetrics/blob/v1.0.0/specification/OpenMetrics.md).
  case openMetrics

  /// The format that a request likes best (RFC 9110, section 12.5.1). Where it likes both as well, OpenMetrics
  /// if it names that, else the text.
  ///
  /// - Parameter accept: The request's fields `accept`, as one list.
  public init(accept: String?) {
    let accepted = WeightedList(accept ?? "*/*")
    let text = accepted.wish(for: "text/plain", ["version": "0.0.4"])
    let openMetrics = accepted.wish(for: "application/openmetrics-text", ["version": "1.0.0"])
    let isWanted =
      openMetrics.weight > text.weight || openMetrics.weight == text.weight && openMetrics.isByName
    self = isWanted ? .openMetrics : .text
  }

  /// The media type.
  public var contentType: String {
    switch self {
    case .text: "text/plain; version=0.0.4; charset=utf-8"
    case .openMetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8"
    }
  }
}
