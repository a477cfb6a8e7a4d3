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
    for pair in query.split(separator: "&") {
      let name = pair.prefix { $0 != "=" }
      let text = pair.dropFirst(name.count + 1)
      let decoded = PercentEncoding.decode(name, spaces: true)
      take(text, named: decoded ?? "", in: .query, of: parameters)
    }
    for case let parameter in parameters where values[parameter.name] == nil {
      values[parameter.name] = parameter.standard
    }
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
