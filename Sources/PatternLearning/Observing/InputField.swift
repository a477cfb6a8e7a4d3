import JSON
public import WorkflowHistory

/// One field of an execution's input, and what it holds.
public struct InputField: Hashable, Sendable {
  /// Where it is, as JSONPath writes it (RFC 9535): `$.order.region`, `$.items[*].kind`.
  public let path: String
  /// What it holds.
  public let value: InputValue

  /// The field at a path.
  public init(path: String, value: InputValue) {
    self.path = path
    self.value = value
  }

  /// How many fields of an input are looked at.
  public static let mostFields = 64
  /// How many bytes a path may have: what lies at a longer one is left out.
  public static let longestPath = 128
  /// How deep objects and arrays may nest: what lies deeper is left out.
  public static let deepest = 8

  /// The first fields of an input that hold a scalar, each path and value once. All elements of an
  /// array have one path.
  ///
  /// Left out are texts longer than ``InputValue/longestText`` and what is past the limits above.
  public static func fields(of input: JSONDocument) -> [InputField] {
    var walk = InputWalk()
    var tokens = JSONTokens(input.utf8, stringLimit: InputValue.longestText)
    while walk.fields.count < mostFields, let token = tokens.next() { walk.take(token) }
    return walk.fields
  }
}

/// Keeps the path while the tokens of a document pass.
private struct InputWalk {
  private(set) var fields: [InputField] = []
  private var known: Set<InputField> = []
  /// The paths of what the open objects and arrays hold next, innermost last. Nil is too deep, or
  /// too long.
  private var open: [(isArray: Bool, path: String?, next: String?)] = []

  mutating func take(_ token: JSONTokens.Token) {
    switch token {
    case .beginObject: begin(isArray: false)
    case .beginArray: begin(isArray: true)
    case .endObject, .endArray: _ = open.popLast()
    case .name(let name):
      guard let last = open.indices.last else { return }
      open[last].next = name.flatMap { name in
        open[last].path.flatMap { Self.kept($0 + Self.segment(name)) }
      }
    case .string(let text): add(text.map(InputValue.text))
    case .number(let text): add(InputValue(number: text))
    case .boolean(let value): add(.boolean(value))
    case .null: add(.null)
    }
  }

  private var here: String? { open.isEmpty ? "$" : open[open.count - 1].next }

  private mutating func begin(isArray: Bool) {
    let path = open.count < InputField.deepest ? here : nil
    open.append((isArray, path, isArray ? path.flatMap { Self.kept($0 + "[*]") } : nil))
  }

  private mutating func add(_ value: InputValue?) {
    guard let path = here, let value else { return }
    let field = InputField(path: path, value: value)
    if known.insert(field).inserted { fields.append(field) }
  }

  private static func kept(_ path: String) -> String? {
    path.utf8.count <= InputField.longestPath ? path : nil
  }

  /// RFC 9535's shorthand where the name allows it, else its name in quotes.
  private static func segment(_ name: String) -> String {
    func isPlain(_ scalar: Unicode.Scalar) -> Bool {
      scalar == "_" || !scalar.isASCII || scalar.properties.isAlphabetic
    }
    let isShorthand =
      name.unicodeScalars.first.map(isPlain) ?? false
      && name.unicodeScalars.allSatisfy { isPlain($0) || ("0"..."9").contains($0) }
    return isShorthand ? ".\(name)" : "[\(JSONText.quoted(name))]"
  }
}
