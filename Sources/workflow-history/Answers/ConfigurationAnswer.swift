import WorkflowHistory

/// What settings are in force, and where each is from.
struct ConfigurationAnswer: Answer {
  struct Row {
    var setting: Setting
    var values: [String]
    var origin: SettingOrigin
  }

  let rows: [Row]
  /// What is wrong with the files that they name.
  let problems: [String]

  init(_ serve: Serve, origins: [String: SettingOrigin], problems: [String]) {
    rows = Setting.all.map { setting in
      Row(
        setting: setting, values: setting.inForce(serve),
        origin: origins[setting.name] ?? .standard)
    }
    self.problems = problems
  }

  var json: String { JSONLayout.indented(value.compact) }

  private var value: JSONValue {
    .object([
      (
        "settings",
        .array(
          rows.map { row in
            .object([
              ("name", .string(row.setting.name)), ("value", row.json),
              ("source", .string(row.origin.kind)), ("place", row.origin.place.map { .string($0) }),
            ])
          })
      ),
      ("problems", .array(problems.map { .string($0) })),
    ])
  }

  var plain: [PlainTable] {
    [
      PlainTable(
        header: ["name", "value", "from"],
        rows: rows.map { [$0.setting.name, $0.values.joined(separator: ";"), "\($0.origin)"] })
    ]
  }

  func screen(now: Timestamp) -> [ScreenBlock] {
    [
      .table(
        ScreenTable(
          columns: [
            .init(title: "SETTING"), .init(title: "VALUE", least: 16), .init(title: "FROM"),
          ],
          rows: rows.map { row in
            let isOwn = row.origin == .standard
            return [
              StyledText(row.setting.name, isOwn ? nil : .cyan),
              StyledText(row.values.isEmpty ? "none" : row.values.joined(separator: "; ")),
              StyledText("\(row.origin)", isOwn ? .dim : nil),
            ]
          }))
    ]
  }
}

extension ConfigurationAnswer.Row {
  /// A list where the setting is one.
  fileprivate var json: JSONValue? {
    setting.isList
      ? .array(values.map { .string($0) }) : values.first.map { .string($0) }
  }
}

extension SettingOrigin {
  fileprivate var kind: String {
    switch self {
    case .flag: "flag"
    case .variable: "environment"
    case .file: "file"
    case .standard: "default"
    }
  }

  fileprivate var place: String? { self == .standard ? nil : description }
}
