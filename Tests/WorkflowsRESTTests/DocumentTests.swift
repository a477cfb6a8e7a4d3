import Foundation
import HTTPRouting
import Testing
import WorkflowHistory
import WorkflowHistoryMessages

@testable import WorkflowsREST

/// What is said of the endpoints elsewhere is what they do: scripts/openapi and docs/http.md name parameters,
/// limits and defaults of their own.
@Suite("What is said of the reads under /api/workflows")
struct DocumentTests {
  private let document: [String: Any]

  init() throws {
    let read = try JSONSerialization.jsonObject(with: Data(WorkflowHistoryAPI.openAPIDocument))
    document = try #require(read as? [String: Any])
  }

  /// What a reference, or the value itself, stands for.
  private func resolved(_ value: Any?) throws -> [String: Any] {
    let value = try #require(value as? [String: Any])
    guard let reference = value["$ref"] as? String else { return value }
    var found: Any? = document
    for name in reference.split(separator: "/").dropFirst() {
      found = (found as? [String: Any])?[String(name)]
    }
    return try #require(found as? [String: Any])
  }

  /// The operations under /api/workflows, by their paths.
  private func operations() throws -> [String: [String: Any]] {
    let paths = try resolved(document["paths"]).filter { $0.key.hasPrefix("/api/workflows/") }
    return try paths.mapValues {
      let path = try resolved($0)
      #expect(Set(path.keys) == ["get"])
      return try resolved(path["get"])
    }
  }

  @Test("in OpenAPI are their paths and parameters, and each one's limits and default, no other")
  func openAPI() throws {
    let endpoints = try WorkflowsREST().endpoints
    let operations = try operations()
    #expect(Set(operations.keys) == Set(endpoints.map(\.template)))
    for endpoint in endpoints {
      let operation = try #require(operations[endpoint.template])
      let said = try #require(operation["parameters"] as? [Any]).map { try resolved($0) }
      #expect(
        said.map { $0["name"] as? String } == endpoint.parameters.map(\.name),
        "\(endpoint.template)")
      for (said, parameter) in zip(said, endpoint.parameters) {
        #expect(said["in"] as? String == parameter.place.rawValue)
        #expect(said["required"] as? Bool ?? false == (parameter.place == .path))
        #expect(said["deprecated"] == nil && said["example"] == nil)
        try check(try resolved(said["schema"]), of: parameter)
      }
    }
  }

  private func check(_ schema: [String: Any], of parameter: Parameter) throws {
    let standard = (schema["default"] as? Int).map { String($0) }
    #expect(standard == parameter.standard, "\(parameter.name)")
    switch parameter.rule {
    case .integer(let range):
      #expect(schema["type"] as? String == "integer")
      let (least, most) = (schema["minimum"] as? Int, schema["maximum"] as? Int)
      #expect(least == range.lowerBound && most == range.upperBound, "\(parameter.name)")
    case .status:
      let names = WorkflowStatus.allCases.map { status in
        status.name.map { "[\($0.uppercased())\($0.lowercased())]" }.joined()
      }
      #expect(schema["pattern"] as? String == "^(?:\(names.joined(separator: "|")))?$")
    case .uuid: #expect(schema["format"] as? String == "uuid")
    case .text:
      #expect(schema["type"] as? String == "string" && schema["pattern"] == nil)
      #expect(schema["maxLength"] as? Int == 255)
    }
  }

  @Test("in OpenAPI are the statuses that a page may have been filtered by")
  func statuses() throws {
    let schemas = try resolved(try resolved(document["components"])["schemas"])
    let page = try resolved(try resolved(schemas["workflows.History"])["properties"])
    let filters = try #require(try resolved(page["status_filter"])["enum"] as? [Any])
    #expect(
      filters.compactMap { $0 as? String } == WorkflowStatus.allCases.map { $0.name.lowercased() })
    #expect(filters.count == WorkflowStatus.allCases.count + 1 && filters.last is NSNull)
  }

  @Test(
    "in docs/http.md are their paths, their parameters, and where these are met first their limits")
  func documentation() throws {
    let file = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../../docs/http.md")
    let lines = try String(contentsOf: file, encoding: .utf8).components(separatedBy: "\n")
    let start = try #require(lines.firstIndex { $0.hasPrefix("| `GET /api/workflows/...` |") })
    let rows = lines[start...].dropFirst(2).prefix { $0.hasPrefix("|") }
    let endpoints = try WorkflowsREST().endpoints
    #expect(rows.count == endpoints.count)
    var met: Set<String> = []
    for row in rows {
      let cells = row.components(separatedBy: "|").map { $0.trimmingCharacters(in: .whitespaces) }
      let endpoint = try #require(endpoints.first { "`\($0.template)`" == cells[1].rooted })
      let asked = endpoint.parameters.filter { $0.place == .query }.map { parameter in
        met.insert(parameter.name).inserted ? text(of: parameter) : "`\(parameter.name)`"
      }
      #expect(cells[2] == asked.joined(separator: ", "))
    }
  }

  private func text(of parameter: Parameter) -> String {
    let name = "`\(parameter.name)`"
    switch parameter.rule {
    case .integer(let range):
      let limits = [range.lowerBound, range.upperBound].map(Self.grouped).joined(separator: " to ")
      return "\(name) \(limits) (\(parameter.standard ?? "required"))"
    case .status: return "\(name) in any case"
    case .text, .uuid: return name
    }
  }

  /// A number with commas between its thousands.
  private static func grouped(_ number: Int) -> String {
    number < 1000
      ? String(number)
      : grouped(number / 1000) + "," + String(String(1000 + number % 1000).dropFirst())
  }
}

extension String {
  /// A path in the table, with what stands before all of them.
  fileprivate var rooted: String { "`/api/workflows/" + dropFirst() }
}

extension Endpoint {
  /// The path, as OpenAPI has it.
  fileprivate var template: String {
    path.segments.map { segment in
      switch segment {
      case .literal(let text): "/\(text)"
      case .field(let name): "/{\(name)}"
      }
    }.joined()
  }
}
