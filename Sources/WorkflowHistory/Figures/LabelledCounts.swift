/// What is counted under a label: a number, or several.
public protocol LabelledCount: Equatable, Sendable {
  /// Nothing.
  init()

  /// Adds another count, `times` times: -1 takes it away.
  mutating func add(_ other: Self, times: Int64)

  /// Appends the count to bytes that ``init(from:)`` reads.
  func append(to bytes: inout [UInt8])

  /// Reads the count that was appended so.
  init(from reader: inout VariableLengthReader) throws(MalformedBytes)
}

/// How much there is under each of some labels.
///
/// Counts may be negative while changes are still to come; none is nothing.
public struct LabelledCounts<Count: LabelledCount>: Equatable, Sendable {
  @usableFromInline var byLabel: [ExactText: Count] = [:]

  /// By label.
  @inlinable public var counts: [ExactText: Count] { byLabel }

  /// The counts of nothing.
  public init() {}

  /// Whether there are none.
  public var isEmpty: Bool { byLabel.isEmpty }

  /// Adds to the count of one label, `times` times.
  @inlinable
  public mutating func add(_ count: Count, _ label: ExactText, times: Int64 = 1) {
    var sum = byLabel[label] ?? Count()
    sum.add(count, times: times)
    byLabel[label] = sum == Count() ? nil : sum
  }

  /// Adds other counts, `times` times: -1 takes them away.
  @inlinable
  public mutating func merge(_ other: LabelledCounts, times: Int64 = 1) {
    for (label, count) in other.byLabel { add(count, label, times: times) }
  }

  /// The same counts under other labels; those of labels that become one are added up.
  public func relabelled(_ label: (ExactText) -> ExactText) -> LabelledCounts {
    var counts = LabelledCounts()
    for (old, count) in byLabel { counts.add(count, label(old)) }
    return counts
  }
}

// MARK: Bytes

extension LabelledCounts {
  /// Leads the bytes, so that a later release may write them otherwise.
  @usableFromInline static var format: UInt8 { 1 }

  /// The counts in a few bytes, none for no counts: after the format, in the order of labels, the length
  /// of each, its bytes, and the count.
  @inlinable
  public var encoded: [UInt8] {
    guard !byLabel.isEmpty else { return [] }
    var bytes = [Self.format]
    for (label, count) in byLabel.sorted(by: { $0.key < $1.key }) {
      bytes.append(lengthAndText: label.text)
      count.append(to: &bytes)
    }
    return bytes
  }

  /// The counts that were written as these bytes.
  @inlinable
  public init(encoded bytes: [UInt8]) throws(MalformedBytes) {
    self.init()
    try Self.read(bytes) { label, count in add(count, ExactText(utf8: label)) }
  }

  /// Calls `body` with each label, in UTF-8, and its count that were written as these bytes, in the order
  /// of labels.
  @inlinable
  public static func read(_ bytes: [UInt8], _ body: (Span<UInt8>, Count) -> Void)
    throws(MalformedBytes)
  {
    guard !bytes.isEmpty else { return }
    var reader = VariableLengthReader(bytes)
    guard try reader.byte() == format else { throw MalformedBytes() }
    while !reader.isAtEnd {
      let label = try reader.skip(try reader.number())
      body(bytes.span.extracting(label), try Count(from: &reader))
    }
  }
}

// MARK: Errors

/// How many errors there are of each fingerprint.
public typealias ErrorCounts = LabelledCounts<Int64>

extension Int64: LabelledCount {
  /// Adds another number, `times` times.
  public mutating func add(_ other: Int64, times: Int64) { self += other * times }

  /// Appends the number, short where it is near 0.
  public func append(to bytes: inout [UInt8]) { bytes.append(zigzag: self) }

  /// Reads the number that was appended so.
  public init(from reader: inout VariableLengthReader) throws(MalformedBytes) {
    self = try reader.zigzag()
  }
}
