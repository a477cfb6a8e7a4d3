internal import HTTPRouting
internal import ProtobufJSON

/// What a caller has said for the parameters of an endpoint.
struct Arguments: Sendable {
  /// The values by their parameters' names, in the form that the request's fields take; those that
  /// are meant where nothing was said among them.
  private(set) var values: [String: String] = [:]
  /// What is wrong with what was said.
  private(set) var problems: [Problem] = []

  /// Reads the segments of a path, and a query, as they were sent.
  init(
    _ parameters: [Parameter], _ segments: [(field: String, text: Substring)], _ query: Substring
  ) {
    for segment in segments { take(segment.text, named: segment.field, in: .path, of: parameters) }
    var rest = query
    while !rest.isEmpty, problems.count < Self.maxProblems {
      let pair = rest.utf8.firstIndex(of: UInt8(ascii: "&")) ?? rest.endIndex
      if pair > rest.startIndex { take(pair: rest[..<pair], of: parameters) }
      rest = rest[pair...].dropFirst()
    }
    for case let parameter in parameters where values[parameter.name] == nil {
      values[parameter.name] = parameter.standard
    }
  }

  /// More than so many are not told: a query is read before it is known who asks, and may be long.
  private static let maxProblems = 16

  private mutating func take(pair: Substring, of parameters: [Parameter]) {
    let end = pair.utf8.firstIndex(of: UInt8(ascii: "=")) ?? pair.endIndex
    let name = PercentEncoding.decode(pair[..<end], spaces: true)
    take(pair[end...].dropFirst(), named: name ?? "", in: .query, of: parameters)
  }

  private mutating func take(
    _ text: Substring, named name: String, in place: Parameter.Place, of parameters: [Parameter]
  ) {
    let named = parameters.first {
      $0.place == place && ($0.name == name || $0.alias == name && !name.isEmpty)
    }
    guard let parameter = named else {
      let names = parameters.filter { $0.place == place }.map(\.name).joined(separator: ", ")
      return problems.append(
        Problem(
          location: [place.rawValue, JSONMapping.shown(name)],
          message: "Extra inputs are not permitted: there are \(names.isEmpty ? "none" : names)",
          type: "extra_forbidden"))
    }
    do throws(Problem) {
      guard let text = PercentEncoding.decode(text, spaces: place == .query) else {
        throw parameter.problem("string_unicode", "Input should be percent-encoded UTF-8")
      }
      guard values[parameter.name] == nil else {
        throw parameter.problem("value_error", "Input should stand only once")
      }
      values[parameter.name] = try parameter.value(text)
    } catch {
      problems.append(error)
    }
  }
}
