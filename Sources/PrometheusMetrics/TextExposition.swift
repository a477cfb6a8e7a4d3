/// Figures as text, a sample on each line.
public struct TextExposition {
  private let format: ExpositionFormat
  private var text: [UInt8] = []

  /// The text of these families.
  public static func text(of families: [MetricFamily], as format: ExpositionFormat) -> [UInt8] {
    var exposition = TextExposition(format)
    for family in families { exposition.add(family) }
    if format == .openMetrics { exposition.add("# EOF\n") }
    return exposition.text
  }

  private init(_ format: ExpositionFormat) { self.format = format }

  private mutating func add(_ family: MetricFamily) {
    let description = family.description
    addHead(description)
    for series in family.series {
      let labels = labels(description.labels, series.labelValues)
      switch description.kind {
      case .counter:
        add(description.name, "_total", labels, number(series.value.number))
        addCreated(description.name, labels, series)
      case .gauge: add(description.name, "", labels, number(series.value.number))
      case .info: add(description.name, "_info", labels, "1")
      case .histogram(let bounds):
        addHistogram(description.name, bounds, labels, series.value)
        addCreated(description.name, labels, series)
      }
    }
  }

  /// What a family is. OpenMetrics names it without the ending of its samples.
  private mutating func addHead(_ description: MetricDescription) {
    let isText = format == .text
    let (name, type) =
      switch description.kind {
      case .counter: (isText ? description.name + "_total" : description.name, "counter")
      case .gauge: (description.name, "gauge")
      case .histogram: (description.name, "histogram")
      case .info:
        isText ? (description.name + "_info", "gauge") : (description.name, "info")
      }
    add("# HELP \(name) ")
    addEscaped(description.help, quotes: !isText)
    add("\n# TYPE \(name) \(type)\n")
    if !isText, let unit = description.unit { add("# UNIT \(name) \(unit.rawValue)\n") }
  }

  /// Each bucket has all that is in those before it.
  private mutating func addHistogram(
    _ name: String, _ bounds: [Double], _ labels: [UInt8], _ value: MetricValue
  ) {
    var count: Int64 = 0
    for (index, bucket) in value.buckets.enumerated() {
      count += bucket
      let bound = index < bounds.count ? "\(bounds[index])" : "+Inf"
      let separator = labels.isEmpty ? "" : ","
      add(name, "_bucket", labels + Array("\(separator)le=\"\(bound)\"".utf8), String(count))
    }
    add(name, "_sum", labels, number(value.number))
    add(name, "_count", labels, String(count))
  }

  private mutating func addCreated(_ name: String, _ labels: [UInt8], _ series: MetricSeries) {
    guard format == .openMetrics else { return }
    add(name, "_created", labels, number(series.created))
  }

  // MARK: Lines

  private mutating func add(
    _ name: String, _ ending: String, _ labels: [UInt8], _ value: String
  ) {
    add(name)
    add(ending)
    if !labels.isEmpty {
      add("{")
      text += labels
      add("}")
    }
    add(" ")
    add(value)
    add("\n")
  }

  /// What stands between the braces; a label without a value is as good as none.
  private func labels(_ names: [String], _ values: [String]) -> [UInt8] {
    var labels = TextExposition(format)
    for (name, value) in zip(names, values) where !value.isEmpty {
      if !labels.text.isEmpty { labels.add(",") }
      labels.add("\(name)=\"")
      labels.addEscaped(value, quotes: true)
      labels.add("\"")
    }
    return labels.text
  }

  private mutating func add(_ string: String) { text.append(contentsOf: string.utf8) }

  private mutating func addEscaped(_ string: String, quotes: Bool) {
    for byte in string.utf8 {
      switch byte {
      case UInt8(ascii: "\\"): add("\\\\")
      case UInt8(ascii: "\n"): add("\\n")
      case UInt8(ascii: "\"") where quotes: add("\\\"")
      default: text.append(byte)
      }
    }
  }

  private func number(_ value: Double) -> String {
    if let whole = Int64(exactly: value) { return String(whole) }
    if value.isNaN { return "NaN" }
    return value.isInfinite ? (value < 0 ? "-Inf" : "+Inf") : "\(value)"
  }
}
