internal import HTTPRouting
internal import WorkflowHistory

/// What a caller may say of one thing, in the path or in the query.
struct Parameter: Sendable {
  enum Place: String, Sendable { case path, query }

  /// What its text must be.
  enum Rule: Sendable {
    /// What the service takes.
    case text
    case integer(ClosedRange<Int>)
    case uuid
    /// A status's name, in letters of any case, or empty: any.
    case status
  }

  let name: String
  /// Another name that callers have for it.
  var alias: String?
  let place: Place
  /// The field of the request that it is.
  let field: String
  let rule: Rule
  /// What is meant where nothing is said.
  var standard: String?

  static let limit = Parameter(
    name: "limit", place: .query, field: "page_size", rule: .integer(1...100), standard: "20")
  static let offset = Parameter(
    name: "offset", place: .query, field: "offset", rule: .integer(0...1_000_000), standard: "0")
  static let statusFilter = Parameter(
    name: "status_filter", alias: "status", place: .query, field: "statuses", rule: .status)
  static let workflowType = Parameter(
    name: "workflow_type", place: .query, field: "workflow_type", rule: .text)
  static let days = Parameter(
    name: "days", place: .query, field: "days", rule: .integer(1...365), standard: "30")
  static let executionID = Parameter(
    name: "execution_id", place: .path, field: "id", rule: .uuid)
  static let workflowID = Parameter(
    name: "workflow_id", place: .path, field: "workflow_id", rule: .text)

  /// Whether callers call it so.
  func isNamed(_ name: String) -> Bool { name == self.name || name == alias }

  /// A text as the value that it says, in the form that ``field`` takes; nil where it says none.
  ///
  /// - Parameter encoded: The text as it was sent.
  func value(_ encoded: Substring) throws(Problem) -> String? {
    guard let text = PercentEncoding.decode(encoded, spaces: place == .query) else {
      throw problem("string_unicode", "Input should be percent-encoded UTF-8")
    }
    switch rule {
    case .text: return text
    case .integer(let range):
      guard let number = Int(text) else {
        throw problem("int_parsing", "Input should be a valid integer")
      }
      guard number >= range.lowerBound else {
        throw problem(
          "greater_than_equal", "Input should be greater than or equal to \(range.lowerBound)")
      }
      guard number <= range.upperBound else {
        throw problem(
          "less_than_equal", "Input should be less than or equal to \(range.upperBound)")
      }
      return String(number)
    case .uuid:
      guard ExecutionID(text) != nil else {
        throw problem("uuid_parsing", "Input should be a valid UUID of 36 characters")
      }
      return text
    case .status:
      // What asked for FastAPI's `Optional[str]` had an empty text for no filter.
      if text.isEmpty { return nil }
      guard let status = WorkflowStatus(name: text) else {
        let names = WorkflowStatus.allCases.map { $0.name.lowercased() }.joined(separator: ", ")
        throw problem("enum", "Input should be one of \(names)")
      }
      return status.protoName
    }
  }

  /// A refusal of what was said.
  func problem(_ type: String, _ message: String) -> Problem {
    Problem(location: [place.rawValue, name], message: message, type: type)
  }
}
