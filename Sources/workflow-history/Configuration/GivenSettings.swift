import ArgumentParser
import Configuration
import Foundation
import SystemPackage

/// The settings that were given to `serve`: by flags, by variables of the environment, and in a file.
struct GivenSettings {
  /// Where each is from that is not the program's own, by its name.
  let origins: [String: SettingOrigin]
  /// The flags that say all of them.
  let arguments: [String]

  /// Several values in one variable have this between them: retention rules have commas.
  private static let separator: Character = ";"

  /// Reads them.
  ///
  /// - Parameters:
  ///   - flags: what stands behind `serve`.
  ///   - environment: the variables; those that are empty are none.
  /// - Throws: ``ConfigurationError`` with all that variables and the file have wrong in themselves. The
  ///   flags are held to their forms by ``command()``.
  static func read(
    flags: [String], environment: [String: String]
  ) async throws(ConfigurationError) -> GivenSettings {
    let variables = environment.filter {
      $0.key.hasPrefix(Setting.variablePrefix) && !$0.value.isEmpty
    }
    let given = GivenFlags(flags)
    var layers = [
      Layer(InMemoryProvider(name: "flags", values: given.configuration)) { .flag($0.flag) },
      Layer(
        EnvironmentVariablesProvider(
          environmentVariables: variables, arraySeparator: separator
        ).prefixKeys(with: ["workflow-history"])
      ) { .variable($0.variable) },
    ]
    var problems = variables.keys.sorted().compactMap(ForeignVariable.problem)
    if let path = given.path ?? variables[ForeignVariable.configuration] {
      do throws(ConfigurationError) {
        layers.append(Layer(try await file(path)) { .file(path: path, key: $0.name) })
      } catch {
        problems += error.problems.map { "\(path): \($0)" }
      }
    }
    var origins: [String: SettingOrigin] = [:]
    var arguments: [String] = []
    for setting in Setting.all {
      guard let (origin, texts) = first(setting, in: layers) else { continue }
      origins[setting.name] = origin
      if case .flag = origin { continue }
      for text in texts where !setting.accepts(text) {
        problems.append("\(origin) is \(text): it takes \(setting.form ?? "another value")")
      }
      arguments += texts.map { "\(setting.flag)=\($0)" }
    }
    guard problems.isEmpty else { throw ConfigurationError(problems: problems) }
    return GivenSettings(origins: origins, arguments: arguments + flags)
  }

  private static func file(
    _ path: String
  ) async throws(ConfigurationError) -> FileProvider<SettingsFile> {
    var isDirectory: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
      throw ConfigurationError(problems: ["there is no such configuration file"])
    }
    guard !isDirectory.boolValue, FileManager.default.isReadableFile(atPath: path) else {
      throw ConfigurationError(
        problems: [
          isDirectory.boolValue
            ? "the configuration file is a directory" : "the configuration file may not be read"
        ])
    }
    do {
      return try await FileProvider(filePath: FilePath(path))
    } catch let error as ConfigurationError {
      throw error
    } catch {
      throw ConfigurationError(problems: ["the configuration file can't be read: \(error)"])
    }
  }

  /// What the first layer that has a setting says of it.
  private static func first(
    _ setting: Setting, in layers: [Layer]
  ) -> (SettingOrigin, [String])? {
    for layer in layers {
      if let texts = layer.texts(of: setting) { return (layer.origin(setting), texts) }
    }
    return nil
  }

  /// The command with these settings.
  ///
  /// - Throws: ``ConfigurationError`` where variables or the file have a part in what is wrong, else the
  ///   parser's own error.
  func command() throws -> Serve {
    do {
      guard let serve = try WorkflowHistoryCommand.parseAsRoot(["serve"] + arguments) as? Serve
      else { throw CleanExit.helpRequest(Serve.self) }
      return serve
    } catch {
      let message = WorkflowHistoryCommand.message(for: error)
      let involved = Setting.all.filter { setting in
        message.split { !$0.isLetter && $0 != "-" }.contains { $0 == setting.flag }
      }
      let places = involved.compactMap { setting -> String? in
        switch origins[setting.name] {
        case .variable, .file: "\(setting.flag) is from \(origins[setting.name]!)"
        default: nil
        }
      }
      guard !places.isEmpty else { throw error }
      throw ConfigurationError(problems: ["\(message) (\(places.joined(separator: ", ")))"])
    }
  }
}

/// One place that settings are from.
private struct Layer {
  let provider: any ConfigProvider
  let origin: (Setting) -> SettingOrigin

  init(_ provider: any ConfigProvider, origin: @escaping (Setting) -> SettingOrigin) {
    self.provider = provider
    self.origin = origin
  }

  /// What it says of a setting; nil where it says nothing.
  func texts(of setting: Setting) -> [String]? {
    let type = setting.isList ? ConfigType.stringArray : .string
    // Text is what all providers here have, so that no conversion fails.
    let found = try? provider.value(forKey: AbsoluteConfigKey([setting.name]), type: type)
    switch found?.value?.content {
    case .string(let text): return [text]
    case .stringArray(let texts): return texts.filter { !$0.isEmpty }
    default: return nil
    }
  }
}
