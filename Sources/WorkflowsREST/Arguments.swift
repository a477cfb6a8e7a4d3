internal import HTTPRouting

/// What a caller has said for the parameters of an endpoint.
struct Arguments: Sendable {
  /// The values by their parameters' names, in the form that the request's fields take; those that
  /// are meant where nothing was said among them.
  private(set) var values: [String: String] = [:]
  /// What is wrong with what was said.
  private(set) var problems: [Problem] = []

  /// Reads the segments of a path, and a query, as they were sent.
  ///
  /// As FastAPI has it, parameters that are not known are passed over, and of one that stands several times
  /// the last counts.
  init(
    _ parameters: [Parameter], _ segments: [(field: String, text: Substring)], _ query: Substring
  ) {
    var said: [String: Substring] = [:]
    for segment in segments { said[segment.field] = segment.text }
    var rest = query
    while !rest.isEmpty {
      let end = rest.utf8.firstIndex(of: UInt8(ascii: "&")) ?? rest.endIndex
      let (name, value) = Self.parts(rest[..<end])
      let parameter = parameters.first { $0.place == .query && $0.isNamed(name) }
      if let parameter { said[parameter.name] = value }
      rest = rest[end...].dropFirst()
    }
    for parameter in parameters {
      var value: String?
      do throws(Problem) {
        if let text = said[parameter.name] { value = try parameter.value(text) }
      } catch {
        problems.append(error)
      }
      values[parameter.name] = value ?? parameter.standard
    }
  }

  /// The name of a parameter in a query, empty where it is none, and the text of its value.
  private static func parts(_ pair: Substring) -> (name: String, value: Substring) {
    let end = pair.utf8.firstIndex(of: UInt8(ascii: "=")) ?? pair.endIndex
    return (
      PercentEncoding.decode(pair[..<end], spaces: true) ?? "", pair[end...].dropFirst()
    )
  }
}
