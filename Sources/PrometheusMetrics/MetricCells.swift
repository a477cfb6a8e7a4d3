internal import CoreMetrics
internal import Synchronization

// What a handle of swift-metrics adds to. Each is a few words that are changed without locks, in any
// order: what is read while others count is at most a little behind.

/// A part of a series.
protocol MetricCell: AnyObject, Sendable {
  /// Adds what it has counted.
  func add(to value: inout MetricValue)
}

final class CounterCell: MetricCell, CounterHandler {
  private let count = Atomic<Int64>(0)

  func increment(by amount: Int64) { count.wrappingAdd(amount, ordering: .relaxed) }
  func reset() { count.store(0, ordering: .relaxed) }

  func add(to value: inout MetricValue) {
    value.number += Double(count.load(ordering: .relaxed))
  }
}

/// A gauge, and a meter.
final class GaugeCell: MetricCell, RecorderHandler, MeterHandler {
  private let bits = Atomic<UInt64>(0)

  func record(_ value: Int64) { set(Double(value)) }
  func record(_ value: Double) { set(value) }
  func set(_ value: Int64) { set(Double(value)) }
  func set(_ value: Double) { bits.store(value.bitPattern, ordering: .relaxed) }
  func decrement(by amount: Double) { increment(by: -amount) }

  func increment(by amount: Double) {
    var known = bits.load(ordering: .relaxed)
    while true {
      let grown = (Double(bitPattern: known) + amount).bitPattern
      let (isDone, current) = bits.weakCompareExchange(
        expected: known, desired: grown, ordering: .relaxed)
      if isDone { return }
      known = current
    }
  }

  func add(to value: inout MetricValue) {
    value.number += Double(bitPattern: bits.load(ordering: .relaxed))
  }
}

/// A histogram of whole numbers: nanoseconds, bytes, things.
final class HistogramCell: MetricCell, RecorderHandler, TimerHandler {
  /// How many buckets there is room for.
  static let capacity = 24

  /// The bounds, and then the greatest number there is, which no value exceeds.
  private let bounds: InlineArray<24, Int64>
  private let buckets = InlineArray<24, Atomic<Int64>> { _ in Atomic(0) }
  private let sum = Atomic<Int64>(0)
  private let bucketCount: Int
  /// How many make one of the metric's unit.
  private let perUnit: Double

  /// - Parameters:
  ///   - bounds: In the metric's unit, the least first.
  ///   - isOfTimes: Whether the numbers are nanoseconds, and the unit seconds.
  init(bounds: [Double], isOfTimes: Bool) {
    bucketCount = bounds.count + 1
    let perUnit: Double = isOfTimes ? 1e9 : 1
    self.perUnit = perUnit
    self.bounds = InlineArray { index in
      index < bounds.count ? Int64((bounds[index] * perUnit).rounded()) : .max
    }
  }

  func recordNanoseconds(_ duration: Int64) { record(duration) }

  func record(_ value: Double) {
    guard let number = Int64(exactly: value.rounded()) else { return }
    record(number)
  }

  func record(_ value: Int64) {
    var index = 0
    while bounds[index] < value { index += 1 }
    buckets[index].wrappingAdd(1, ordering: .relaxed)
    sum.wrappingAdd(value, ordering: .relaxed)
  }

  func add(to value: inout MetricValue) {
    if value.buckets.isEmpty { value.buckets = Array(repeating: 0, count: bucketCount) }
    for index in 0..<bucketCount {
      value.buckets[index] += buckets[index].load(ordering: .relaxed)
    }
    value.number += Double(sum.load(ordering: .relaxed)) / perUnit
  }
}

/// A figure that is known elsewhere, and asked for when it is told.
final class ObservedCell: MetricCell {
  private let read: @Sendable () -> Double

  init(_ read: @escaping @Sendable () -> Double) { self.read = read }

  func add(to value: inout MetricValue) { value.number += read() }
}
