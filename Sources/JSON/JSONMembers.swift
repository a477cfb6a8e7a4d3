/// The members of a JSON object that was checked apart, each with its value as it stands.
///
/// Of a text that is no object there are none; of one that breaks off, those before.
public struct JSONMembers: Sendable {
  /// Their names, and the JSON of their values with no white space around it, in their order.
  public private(set) var all: [(name: String, value: ArraySlice<UInt8>)] = []

  /// The members of an object.
  public init(_ json: ArraySlice<UInt8>) {
    var tokens = JSONTokens(Array(json), stringLimit: json.count)
    guard tokens.next() == .beginObject else { return }
    while case .name(let name?) = tokens.next() { all.append((name, tokens.valueText())) }
  }

  /// The JSON of a member's value, of the first where several have the name; empty where there is none.
  public subscript(name: String) -> ArraySlice<UInt8> {
    all.first { $0.name == name }?.value ?? []
  }
}

/// The elements of a JSON array that was checked apart, as they stand.
///
/// Of a text that is no array there are none.
public struct JSONElements: Sendable {
  /// The JSON of each, with no white space around it, in their order.
  public private(set) var all: [ArraySlice<UInt8>] = []

  /// The elements of an array.
  public init(_ json: ArraySlice<UInt8>) {
    var tokens = JSONTokens(Array(json), stringLimit: 0)
    guard tokens.next() == .beginArray else { return }
    while tokens.hasElement() { all.append(tokens.valueText()) }
  }
}
