internal import WorkflowHistory

/// Gives labels their places in a list, as they come.
struct LabelPlaces {
  /// What a label takes beside its text: its counts, its place in the table, and its allocation.
  static let bytesBesideText = 160

  private(set) var labels: [ExactText] = []
  private var places: [ExactText: Int] = [:]
  /// By place: where the label stands that came after it in the rollup that was read last.
  private var followers: [Int] = []
  /// Where the label stands that a rollup begins with.
  private var first = 0
  /// The label before in the rollup that is being read.
  private var last: Int?
  /// How many bytes they take, about.
  private(set) var bytes = 0

  /// Begins with the labels of another rollup.
  mutating func beginRollup() { last = nil }

  /// The place of the next label of a rollup: most have those of the one before, in the same order.
  mutating func nextPlace(of label: Span<UInt8>) -> Int {
    var place = last.map { followers[$0] } ?? first
    if place >= labels.count || !labels[place].equals(utf8: label) {
      place = self.place(of: ExactText(utf8: label))
      if let last { followers[last] = place } else { first = place }
    }
    last = place
    return place
  }

  /// The place of a label, which is put at the end where it is new.
  mutating func place(of label: ExactText) -> Int {
    if let place = places[label] { return place }
    places[label] = labels.count
    labels.append(label)
    followers.append(0)
    bytes += label.text.utf8.count + Self.bytesBesideText
    return labels.count - 1
  }
}
