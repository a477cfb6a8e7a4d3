import ArgumentParser
import FileTesting
import Foundation
import Testing

@testable import workflow_history

@Suite("The settings of a server")
struct GivenSettingsTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  /// What is in force, and where it is from, with a file of this content.
  private func settings(
    _ flags: [String] = [], environment: [String: String] = [:], file: String? = nil
  ) async throws -> [String: (values: [String], origin: SettingOrigin)] {
    let given = try await given(flags, environment: environment, file: file)
    let answer = ConfigurationAnswer(
      try given.command(), origins: given.origins, problems: [])
    return Dictionary(
      uniqueKeysWithValues: answer.rows.map { ($0.setting.name, ($0.values, $0.origin)) })
  }

  private var path: String { directory.path + "/settings.json" }

  private func given(
    _ flags: [String], environment: [String: String], file: String?
  ) async throws -> GivenSettings {
    guard let file else {
      return try await GivenSettings.read(flags: flags, environment: environment)
    }
    try Data(file.utf8).write(to: URL(fileURLWithPath: path))
    return try await GivenSettings.read(
      flags: ["--config", path] + flags, environment: environment)
  }

  private func problems(
    _ flags: [String] = [], environment: [String: String] = [:], file: String? = nil
  ) async throws -> [String] {
    do {
      _ = try await settings(flags, environment: environment, file: file)
      return []
    } catch let error as ConfigurationError {
      return error.problems.map { $0.replacing(path, with: "FILE") }
    }
  }

  @Test("a flag goes before its variable, that before the file, and that before the default")
  func precedence() async throws {
    let file = #"{"loops": 5, "listen": "localhost:5", "max-streams": 5}"#
    let found = try await settings(
      ["--loops=7", "--fold-interval", "3s"],
      environment: ["WORKFLOW_HISTORY_LOOPS": "6", "WORKFLOW_HISTORY_LISTEN": "localhost:6"],
      file: file)
    #expect(found["loops"]?.values == ["7"])
    #expect(found["loops"]?.origin == .flag("--loops"))
    #expect(found["fold-interval"]?.origin == .flag("--fold-interval"))
    #expect(found["listen"]?.values == ["localhost:6"])
    #expect(found["listen"]?.origin == .variable("WORKFLOW_HISTORY_LISTEN"))
    #expect(found["max-streams"]?.values == ["5"])
    #expect(found["max-streams"]?.origin == .file(path: path, key: "max-streams"))
    #expect(found["stall-timeout"]?.values == ["1m"])
    #expect(found["stall-timeout"]?.origin == .standard)
  }

  @Test("a list is wholly from one place, and may be one value")
  func lists() async throws {
    let file = #"{"retain": ["status=FAILED,type=etl:7d", "90d"], "unix-allow-uid": 7}"#
    let found = try await settings(file: file)
    #expect(found["retain"]?.values == ["status=FAILED,type=etl:7d", "90d"])
    #expect(found["unix-allow-uid"]?.values == ["7"])
    let environment = ["WORKFLOW_HISTORY_RETAIN": "status=FAILED,type=a:8d; 80d"]
    #expect(
      try await settings(environment: environment, file: file)["retain"]?.values
        == ["status=FAILED,type=a:8d", "80d"])
    let flags = ["--retain", "type=b:9d", "--retain=70d"]
    #expect(
      try await settings(flags, environment: environment, file: file)["retain"]?.values
        == ["type=b:9d", "70d"])
  }

  @Test("the file may be named by a variable, and an empty variable is none")
  func variables() async throws {
    let problems = try await problems(environment: [
      "WORKFLOW_HISTORY_CONFIG": "/nowhere/settings.json", "WORKFLOW_HISTORY_LOOPS": "",
    ])
    #expect(problems == ["/nowhere/settings.json: there is no such configuration file"])
  }

  @Test("a name that is no setting's is an error that tells the nearest that is")
  func unknownNames() async throws {
    let file = #"{"lisen": "a:1", "unix": {"a": [1, {}]}, "loops": [2], "max-streams": 1}"#
    #expect(
      try await problems(environment: ["WORKFLOW_HISTORY_LOPS": "2"], file: file) == [
        "there is no variable WORKFLOW_HISTORY_LOPS: do you mean WORKFLOW_HISTORY_LOOPS?",
        "FILE: there is no setting lisen: do you mean listen?",
        "FILE: unix takes a text or a number",
        "FILE: loops takes a text or a number",
      ])
  }

  @Test(
    "variables of the other commands, and those that Kubernetes sets for a service, are no settings",
    arguments: [
      "WORKFLOW_HISTORY_TOKEN", "WORKFLOW_HISTORY_ADDRESS", "WORKFLOW_HISTORY_CA",
      "WORKFLOW_HISTORY_SERVICE_HOST", "WORKFLOW_HISTORY_SERVICE_PORT_GRPC",
      "WORKFLOW_HISTORY_PORT", "WORKFLOW_HISTORY_PORT_50051_TCP_ADDR", "HOME",
    ])
  func foreignVariables(name: String) async throws {
    #expect(try await problems(environment: [name: "tcp://10.0.0.1:50051"]) == [])
  }

  @Test(
    "a file that is no object of settings is refused, and it is said why",
    arguments: [
      ("[]", "it is no JSON object"), ("{", "it is no JSON"), ("", "it is no JSON"),
      (#"{"loops": 1, "loops": 2}"#, "loops stands there twice"),
      (#"{"loops": null}"#, "loops takes a text or a number"),
      (#"{"retain": [true]}"#, "retain takes a text or a number, or an array of these"),
      (#"{"config": "x"}"#, "there is no setting config"),
    ])
  func badFiles(content: String, reason: String) async throws {
    let problems = try await problems(file: content)
    #expect(problems.count == 1)
    #expect(problems.first?.hasPrefix("FILE: \(reason)") == true, "\(problems)")
  }

  @Test("a value that is wrong is told with the place that it is from, and what would be right")
  func badValues() async throws {
    let environment = ["WORKFLOW_HISTORY_STALL_TIMEOUT": "10"]
    #expect(
      try await problems(environment: environment, file: #"{"reflection": "some"}"#) == [
        "reflection in FILE is some: it takes open, authenticated, off",
        "WORKFLOW_HISTORY_STALL_TIMEOUT is 10: it takes a time: 90s, 15m, 12h, 30d",
      ])
    // All at once.
    #expect(
      try await problems(
        environment: ["WORKFLOW_HISTORY_LISTEN": "unix:/run/socket"],
        file: #"{"insecure-listen": 50051}"#) == [
          "WORKFLOW_HISTORY_LISTEN is unix:/run/socket: it takes HOST:PORT or [IPV6]:PORT",
          "insecure-listen in FILE is 50051: it takes HOST:PORT or [IPV6]:PORT",
        ])
    #expect(
      try await problems(file: #"{"loops": 5000}"#)
        == ["--loops takes 1 to 1024 (--loops is from loops in FILE)"])
    // What goes together may be from different places.
    #expect(
      try await problems(["--tls-key", "k"], environment: ["WORKFLOW_HISTORY_TLS_CERT": "c"]) == [])
    #expect(
      try await problems(environment: ["WORKFLOW_HISTORY_TLS_CERT": "c"]) == [
        "--tls-cert and --tls-key go together (--tls-cert is from WORKFLOW_HISTORY_TLS_CERT)"
      ])
  }

  @Test(
    "no grace, and no leeway, may be said wherever a setting may stand",
    arguments: ["drain-grace", "jwt-leeway"])
  func noTime(name: String) async throws {
    let variable = "WORKFLOW_HISTORY_" + name.uppercased().replacing("-", with: "_")
    #expect(try await settings(["--\(name)", "0s"])[name]?.values == ["0s"])
    #expect(try await settings(environment: [variable: "0s"])[name]?.values == ["0s"])
    #expect(try await settings(file: #"{"\#(name)": "0s"}"#)[name]?.values == ["0s"])
    // The file may have it as a number.
    #expect(try await settings(file: #"{"\#(name)": 0}"#)[name]?.values == ["0s"])
    #expect(
      try await problems(environment: [variable: "1"]) == [
        "\(variable) is 1: it takes a time, 90s, 15m, 12h, 30d, or 0s for none"
      ])
  }

  @Test("what only flags have wrong is the parser's to tell")
  func badFlags() async throws {
    await #expect(throws: (any Error).self) { try await settings(["--loops", "abc"]) }
    await #expect(throws: (any Error).self) { try await settings(["--listen", "localhost"]) }
    await #expect(throws: (any Error).self) { try await settings(["--bogus"]) }
    await #expect(throws: (any Error).self) { try await settings(["--json"]) }
  }

  @Test("a value that begins with dashes, or has an equals sign, stays what it is")
  func oddValues() async throws {
    let found = try await settings(
      ["--jwt-issuer=--a=b"], environment: ["WORKFLOW_HISTORY_JWT_AUDIENCE": "--listen"])
    #expect(found["jwt-issuer"]?.values == ["--a=b"])
    #expect(found["jwt-audience"]?.values == ["--listen"])
  }

  @Test("a connection string is shown without its passwords, and not at all where it can't be read")
  func secrets() async throws {
    let shown = try await settings(
      ["--database", "postgresql://ann:planted@a,b/wh?sslmode=require"],
      environment: ["WORKFLOW_HISTORY_READ_DATABASE": "host=c password=planted sslpassword planted"]
    )
    #expect(
      shown["database"]?.values == ["user=ann password=*** dbname=wh host=a,b sslmode=require"])
    #expect(shown["read-database"]?.values == ["***"])
  }

  @Test("each setting has a flag of its name")
  func flags() {
    let help = Serve.helpMessage(columns: 400)
    for setting in Setting.all {
      #expect(help.contains("\(setting.flag) <"), "\(setting.name)")
    }
    // The other way round: what is a flag with a value is a setting, but for the file of them.
    let flags = help.matches(of: /--([a-z-]+) </).map { String($0.1) }
    #expect(Set(flags) == Set(Setting.all.map(\.name) + ["config"]))
  }
}
