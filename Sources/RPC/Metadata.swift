/// One field of a call's metadata: lowercase name, and value as it stands on the wire.
public struct RPCField: Hashable, Sendable {
  /// The name, lowercase.
  public var name: String
  /// The value, Base64 where the name ends in `-bin`.
  public var value: String

  /// A field.
  public init(_ name: String, _ value: String) {
    self.name = name
    self.value = value
  }
}

/// What accompanies a call beside its messages: fields in their order, names perhaps repeated.
public struct Metadata: Equatable, Sendable {
  /// The fields as they stand on the wire, Base64 where a name ends in `-bin`.
  public private(set) var fields: [RPCField]

  /// Metadata of these fields.
  public init(_ fields: [RPCField] = []) { self.fields = fields }

  /// The first value of a name. For names that do not end in `-bin`.
  public subscript(name: String) -> String? { fields.first { $0.name == name }?.value }

  /// All values of a name that ends in `-bin`, decoded; what is not Base64 is left out. Several
  /// may stand in one field, with commas between.
  public func binary(_ name: String) -> [[UInt8]] {
    fields.filter { $0.name == name }.flatMap { field in
      field.value.split(separator: ",").compactMap {
        Base64.decode($0.drop { $0 == " " }.prefix { $0 != " " })
      }
    }
  }

  /// Adds a value. The name is lowercase and does not end in `-bin`.
  public mutating func add(_ name: String, _ value: String) {
    fields.append(RPCField(name, value))
  }

  /// Adds bytes to a name that ends in `-bin`.
  public mutating func add(binary name: String, _ bytes: [UInt8]) {
    fields.append(RPCField(name, Base64.encode(bytes)))
  }
}
