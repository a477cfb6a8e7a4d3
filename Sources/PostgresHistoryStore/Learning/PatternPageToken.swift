internal import Crypto
internal import PatternLearning
internal import WorkflowHistory

/// Where a page of patterns ended, as ``PageToken`` says it of executions.
struct PatternPageToken: Equatable {
  var pValue: Double
  var id: String

  private static let version: UInt8 = 2

  init(after last: ListedPattern) {
    pValue = last.pValue
    id = last.id
  }

  func encoded(for query: PatternQuery, key: SymmetricKey) -> String {
    var position: [UInt8] = []
    position.append(variableLength: pValue.bitPattern)
    position.append(lengthAndText: id)
    return TokenTag.token(Self.version, position, of: Self.question(query), key: key)
  }

  /// The token in a text; nil where it was not made with this key for this user and these filters.
  init?(_ text: String, for query: PatternQuery, key: SymmetricKey) {
    guard
      let position = TokenTag.position(
        Self.version, in: text, of: Self.question(query), key: key)
    else { return nil }
    var reader = VariableLengthReader(position)
    guard let bits = try? reader.number(), let id = try? reader.text(), reader.isAtEnd else {
      return nil
    }
    pValue = Double(bitPattern: bits)
    self.id = id
  }

  private static func question(_ query: PatternQuery) -> CanonicalBytes {
    var fields = CanonicalBytes()
    fields.add(2, query.userID)
    fields.add(4, query.workflowType)
    for kind in query.kinds.map(\.rawValue).sorted() { fields.add(8, kind) }
    fields.add(9, [query.includesRetired ? 1 : 0])
    return fields
  }
}
