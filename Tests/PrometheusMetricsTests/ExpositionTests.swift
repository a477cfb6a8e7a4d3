import Metrics
import PrometheusMetrics
import Testing

@Suite("Figures as text")
struct ExpositionTests {
  private static let failures = MetricDescription(
    "test.failures", .counter, by: ["b.y"], #"Failures: a "quote", a \ and"# + "\na line.")
  private static let build = MetricDescription("test.build", .info, by: ["version"], "The build.")

  private static func text(
    _ descriptions: [MetricDescription], _ format: ExpositionFormat,
    _ count: (MetricsRegistry) -> Void
  ) -> String {
    let registry = MetricsRegistry(descriptions) { 1_700_000_000.5 }
    count(registry)
    return String(
      decoding: TextExposition.text(of: registry.families(), as: format), as: UTF8.self)
  }

  private static func fail(_ registry: MetricsRegistry) {
    let reason = "a \"b\\c\nd"
    Counter(label: "test.failures", dimensions: [("b.y", reason)], factory: registry)
      .increment(by: 3)
  }

  @Test("have quotes, backslashes and line ends escaped as Prometheus reads them")
  func escaping() {
    #expect(
      Self.text([Self.failures], .text, Self.fail) == #"""
        # HELP test_failures_total Failures: a "quote", a \\ and\na line.
        # TYPE test_failures_total counter
        test_failures_total{b_y="a \"b\\c\nd"} 3

        """#)
  }

  @Test("in OpenMetrics have families without endings, since when they count, and an end")
  func openMetrics() {
    #expect(
      Self.text([Self.failures], .openMetrics, Self.fail) == #"""
        # HELP test_failures Failures: a \"quote\", a \\ and\na line.
        # TYPE test_failures counter
        test_failures_total{b_y="a \"b\\c\nd"} 3
        test_failures_created{b_y="a \"b\\c\nd"} 1700000000.5
        # EOF

        """#)
    #expect(Self.text([], .openMetrics) { _ in } == "# EOF\n")
  }

  private static func time(_ registry: MetricsRegistry) {
    let timer = Timer(label: "test.duration", factory: registry)
    for milliseconds in [1, 100, 200, 300] { timer.recordMilliseconds(milliseconds) }
  }

  @Test("of a histogram have in each bucket all that is in those before it")
  func histogram() {
    #expect(
      Self.text([.durations], .text, Self.time) == """
        # HELP test_duration_seconds Durations.
        # TYPE test_duration_seconds histogram
        test_duration_seconds_bucket{le="0.001"} 1
        test_duration_seconds_bucket{le="0.25"} 3
        test_duration_seconds_bucket{le="+Inf"} 4
        test_duration_seconds_sum 0.601
        test_duration_seconds_count 4

        """)
    let lines = Self.text([.durations], .openMetrics, Self.time).split(separator: "\n")
    #expect(lines.contains("# UNIT test_duration_seconds seconds"))
    #expect(lines.contains("test_duration_seconds_created 1700000000.5"))
  }

  @Test("of a build are labels alone")
  func info() {
    func tell(_ registry: MetricsRegistry) {
      registry.observe("test.build", [("version", "1.2")]) { 1 }
    }
    #expect(
      Self.text([Self.build], .text, tell) == """
        # HELP test_build_info The build.
        # TYPE test_build_info gauge
        test_build_info{version="1.2"} 1

        """)
    #expect(
      Self.text([Self.build], .openMetrics, tell) == """
        # HELP test_build The build.
        # TYPE test_build info
        test_build_info{version="1.2"} 1
        # EOF

        """)
  }

  @Test("are written so that any number comes back as it was")
  func numbers() {
    func tell(_ value: Double) -> String? {
      Self.text([.running], .text) { registry in registry.observe("test.running") { value } }
        .split(separator: "\n").last.map { String($0.dropFirst("test_running ".count)) }
    }
    #expect(tell(0.1 + 0.2) == "0.30000000000000004")
    #expect(tell(1e6) == "1000000")
    #expect(tell(1.5e-9) == "1.5e-09")
    #expect(tell(.infinity) == "+Inf")
    #expect(tell(-.infinity) == "-Inf")
    #expect(tell(.nan) == "NaN")
  }

  @Test("stand in the order of their names and labels")
  func order() {
    let lines = Self.text([.running, .calls], .text) { registry in
      registry.observe("test.running") { 1 }
      for method in ["b", "a"] {
        Counter(label: "test.calls", dimensions: [("m", method)], factory: registry).increment()
      }
    }.split(separator: "\n").filter { !$0.hasPrefix("#") }
    #expect(
      lines == [#"test_calls_total{m="a"} 1"#, #"test_calls_total{m="b"} 1"#, "test_running 1"])
  }
}

@Suite("The format of figures")
struct FormatTests {
  @Test(
    "is OpenMetrics for who likes it as well as the text",
    arguments: [
      """
      application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,\
      text/plain;version=0.0.4;q=0.5,*/*;q=0.1
      """,
      "application/openmetrics-text", "text/plain, Application/OpenMetrics-Text; version=\"1.0.0\"",
      // What Prometheus 3 sends.
      """
      application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,\
      application/openmetrics-text;version=0.0.1;q=0.5,\
      text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2
      """,
      "application/*", "*/*, text/plain;q=0.9",
    ])
  func openMetrics(accept: String) {
    #expect(ExpositionFormat(accept: accept) == .openMetrics)
  }

  @Test(
    "is the text for everybody else",
    arguments: [
      nil, "", "*/*", "text/plain", "text/html,*/*;q=0.8", "nonsense;;=,",
      "application/openmetrics-text;version=2.0.0,*/*",
      "application/openmetrics-text;q=0.3,text/plain;q=0.4", "application/openmetrics-text;q=0",
      "application/openmetrics-text;version=0.0.1",
      "*/*, application/openmetrics-text;q=0", "text/*",
    ])
  func text(accept: String?) { #expect(ExpositionFormat(accept: accept) == .text) }

  @Test("is said with its version")
  func contentTypes() {
    #expect(ExpositionFormat.text.contentType == "text/plain; version=0.0.4; charset=utf-8")
    #expect(
      ExpositionFormat.openMetrics.contentType
        == "application/openmetrics-text; version=1.0.0; charset=utf-8")
  }
}
