import Metrics
import PrometheusMetrics
import Testing

@Suite("A registry of metrics")
struct RegistryTests {
  @Test("adds up what all handles of a series have counted")
  func counters() {
    let registry = MetricsRegistry([.calls]) { 0 }
    // More handles than have cells of their own.
    for number in 1...2_000 {
      Counter(label: "test.calls", dimensions: [("m", "a")], factory: registry)
        .increment(by: number)
    }
    Counter(label: "test.calls", dimensions: [("m", "b")], factory: registry).increment()
    #expect(registry.values("test_calls") == [["a"]: 2_001_000, ["b"]: 1])
  }

  @Test("loses nothing of what many threads count at once")
  func concurrency() async {
    let registry = MetricsRegistry([.calls, .durations, .running]) { 0 }
    await withTaskGroup { group in
      for _ in 0..<8 {
        group.addTask {
          let counter = Counter(
            label: "test.calls", dimensions: [("m", "a")], factory: registry)
          let timer = Timer(label: "test.duration", factory: registry)
          let meter = Meter(label: "test.running", factory: registry)
          for _ in 0..<10_000 {
            meter.increment()
            counter.increment()
            timer.recordNanoseconds(1_000_000)
            meter.decrement()
          }
          meter.increment(by: 2)
        }
      }
    }
    #expect(registry.values("test_calls") == [["a"]: 80_000])
    #expect(registry.values("test_running") == [[]: 16])
    let durations = registry.value("test_duration_seconds")
    #expect(durations?.buckets == [80_000, 0, 0])
    #expect(abs((durations?.number ?? 0) - 80) < 1e-6)
  }

  @Test("puts a value into the first bucket whose bound it does not exceed")
  func buckets() {
    let registry = MetricsRegistry([.sizes]) { 0 }
    let sizes = Recorder(label: "test.size", factory: registry)
    for size in [0, 10, 11, 100, 101, Int64.max] { sizes.record(size) }
    #expect(registry.value("test_size_bytes")?.buckets == [2, 2, 2])
    let times = MetricsRegistry([.durations]) { 0 }
    let timer = Timer(label: "test.duration", factory: times)
    for time in [1_000_000, 1_000_001, 2_000_000_000] { timer.recordNanoseconds(time) }
    #expect(times.value("test_duration_seconds")?.buckets == [1, 1, 1])
    #expect(times.value("test_duration_seconds")?.number == 2.002000001)
  }

  @Test("has of a gauge what was set last, whichever handle set it")
  func gauges() {
    let registry = MetricsRegistry([.running]) { 0 }
    let first = Gauge(label: "test.running", factory: registry)
    Gauge(label: "test.running", factory: registry).record(7)
    #expect(registry.values("test_running") == [[]: 7])
    first.record(2.5)
    #expect(registry.values("test_running") == [[]: 2.5])
  }

  @Test("asks for what is known elsewhere when it is told")
  func observed() {
    let registry = MetricsRegistry([.calls, .running]) { 0 }
    let counter = Counter(label: "test.calls", dimensions: [("m", "a")], factory: registry)
    registry.observe("test.running") { 3 }
    registry.observe("test.calls", [("m", "a")]) { 0.5 }
    counter.increment()
    #expect(registry.values("test_running") == [[]: 3])
    #expect(registry.values("test_calls") == [["a"]: 1.5])
  }

  @Test("keeps nothing that is not described, and no dimension that is not a label")
  func undescribed() {
    let registry = MetricsRegistry([.calls]) { 0 }
    Counter(label: "test.unknown", factory: registry).increment()
    Gauge(label: "test.calls", factory: registry).record(9)
    Timer(label: "test.calls", factory: registry).recordNanoseconds(9)
    #expect(registry.families().isEmpty)
    for user in 0..<10 {
      let dimensions = [("user", "\(user)"), ("m", "a")]
      Counter(label: "test.calls", dimensions: dimensions, factory: registry).increment()
    }
    #expect(registry.values("test_calls") == [["a"]: 10])
  }

  @Test("has no more than 2,000 series of a metric, and goes on with those that it has")
  func seriesLimit() {
    let registry = MetricsRegistry([.calls]) { 0 }
    for round in 1...2 {
      for number in 0..<2_100 {
        Counter(label: "test.calls", dimensions: [("m", "\(number)")], factory: registry)
          .increment()
      }
      let values = registry.values("test_calls")
      #expect(values.count == 2_000 && values.values.allSatisfy { $0 == Double(round) })
    }
  }
}

extension MetricDescription {
  static let calls = MetricDescription("test.calls", .counter, by: ["m"], "Calls.")
  static let running = MetricDescription("test.running", .gauge, "Calls that run.")
  static let sizes = MetricDescription(
    "test.size", .histogram(bounds: [10, 100]), in: .bytes, "Sizes.")
  static let durations = MetricDescription(
    "test.duration", .histogram(bounds: [0.001, 0.25]), in: .seconds, "Durations.")
}

extension MetricsRegistry {
  /// What a family has, by the values of its labels.
  func values(_ name: String) -> [[String]: Double] {
    let family = families().first { $0.description.name == name }
    return Dictionary(
      uniqueKeysWithValues: (family?.series ?? []).map { ($0.labelValues, $0.value.number) })
  }

  /// What the only series of a family has.
  func value(_ name: String) -> MetricValue? {
    families().first { $0.description.name == name }?.series.first?.value
  }
}
