import ArgumentParser

/// One setting of `serve`. Its flag, its variable and its key in a configuration file have one name.
struct Setting: Sendable {
  /// `max-connections`: the key.
  let name: String
  /// Whether it may have several values.
  let isList: Bool
  /// What a value must look like, where not any text will do.
  let form: String?
  /// Whether a text is a value.
  let accepts: @Sendable (String) -> Bool
  /// What is in force, without secrets; empty where there is nothing.
  let inForce: @Sendable (Serve) -> [String]

  /// `--max-connections`.
  var flag: String { "--" + name }
  /// `WORKFLOW_HISTORY_MAX_CONNECTIONS`.
  var variable: String { Self.variablePrefix + name.uppercased().replacing("-", with: "_") }

  static let variablePrefix = "WORKFLOW_HISTORY_"

  /// A setting that always has a value.
  init<Value: ExpressibleByArgument>(
    _ name: String, _ path: any KeyPath<Serve, Value> & Sendable
  ) {
    self.init(name, Value.self) { [$0[keyPath: path].defaultValueDescription] }
  }

  /// A setting that may have no value of its own.
  ///
  /// - Parameters:
  ///   - otherwise: what is in force then.
  ///   - shown: the value without what is secret in it.
  init<Value: ExpressibleByArgument>(
    _ name: String, optional path: any KeyPath<Serve, Value?> & Sendable,
    otherwise: @escaping @Sendable (Serve) -> [String] = { _ in [] },
    shown: @escaping @Sendable (Value) -> String = { $0.defaultValueDescription }
  ) {
    self.init(name, Value.self) { serve in
      serve[keyPath: path].map { [shown($0)] } ?? otherwise(serve)
    }
  }

  /// A setting that may have any number of values.
  init<Value: ExpressibleByArgument>(
    _ name: String, list path: any KeyPath<Serve, [Value]> & Sendable,
    inForce: (@Sendable (Serve) -> [String])? = nil
  ) {
    self.init(name, Value.self, isList: true) { serve in
      inForce?(serve) ?? serve[keyPath: path].map(\.defaultValueDescription)
    }
  }

  private init<Value: ExpressibleByArgument>(
    _ name: String, _ type: Value.Type, isList: Bool = false,
    inForce: @escaping @Sendable (Serve) -> [String]
  ) {
    self.name = name
    self.isList = isList
    self.inForce = inForce
    accepts = { Value(argument: $0) != nil }
    let choices = Value.allValueStrings
    form =
      choices.isEmpty
      ? (Value.self as? any ArgumentForm.Type)?.form : choices.joined(separator: ", ")
  }
}

/// An argument that not every text is.
protocol ArgumentForm {
  /// How one types it, for errors: "a whole number".
  static var form: String { get }
}

extension Int: ArgumentForm {
  static var form: String { "a whole number" }
}

extension UInt32: ArgumentForm {
  static var form: String { "a number from 0 on" }
}

extension TimeSpan: ArgumentForm {
  static var form: String { "a time: 90s, 15m, 12h, 30d" }
}

extension Allowance: ArgumentForm {
  static var form: String { "a time, 90s, 15m, 12h, 30d, or 0s for none" }
}

extension Interval: ArgumentForm {
  static var form: String { "a time, 90s, 15m, 12h, 30d, or 0 for never" }
}

extension ByteCount: ArgumentForm {
  static var form: String { "a number of bytes: 4096, 64k, 4m, 1g" }
}

extension FileMode: ArgumentForm {
  static var form: String { "permission bits in octal digits: 0660" }
}

extension RetentionRule: ArgumentForm {
  static var form: String { "a rule of retention: 90d, status=FAILED:365d, type=etl:forever" }
}
