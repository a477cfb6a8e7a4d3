/// What is said of a metric beside its figures, and what its series are told apart by.
public struct MetricDescription: Sendable {
  /// What the figures are.
  public enum Kind: Sendable {
    /// How much there has been: it only grows.
    case counter
    /// How much there is.
    case gauge
    /// How many there were of each size. A last bucket takes what is over all of these bounds, of which
    /// there are ``MetricDescription/maxBounds`` at most.
    case histogram(bounds: [Double])
    /// Nothing but its labels, with the value 1.
    case info
  }

  /// What the figures are counted in, as the end of the name says it.
  public enum Unit: String, Sendable {
    /// Times: what a timer tells, or a gauge in seconds.
    case seconds
    /// Sizes.
    case bytes
  }

  /// How many bounds a histogram may have.
  public static let maxBounds = HistogramCell.capacity - 1

  /// What swift-metrics knows it by: `grpc.server.call.duration`.
  public let label: String
  /// The name of the family: the label with `_` for what no name may have, and the unit.
  public let name: String
  /// What the figures are.
  public let kind: Kind
  /// What they are counted in; nil: in things.
  public let unit: Unit?
  /// What they say, on one line.
  public let help: String
  /// The names of the dimensions, as swift-metrics knows them.
  public let dimensions: [String]
  /// The names of the labels that tell the series apart.
  public let labels: [String]

  /// Describes a metric.
  public init(
    _ label: String, _ kind: Kind, in unit: Unit? = nil, by dimensions: [String] = [],
    _ help: String
  ) {
    if case .histogram(let bounds) = kind {
      precondition(bounds.count <= Self.maxBounds && bounds == bounds.sorted())
    }
    self.label = label
    self.kind = kind
    self.unit = unit
    self.help = help
    self.dimensions = dimensions
    labels = dimensions.map(Self.name)
    name = Self.name(label) + (unit.map { "_" + $0.rawValue } ?? "")
  }

  /// The names under which a scrape has its samples.
  public var sampleNames: [String] {
    switch kind {
    case .counter: [name + "_total"]
    case .gauge: [name]
    case .histogram: ["_bucket", "_sum", "_count"].map { name + $0 }
    case .info: [name + "_info"]
    }
  }

  private static func name(_ text: String) -> String {
    String(text.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" })
  }
}
