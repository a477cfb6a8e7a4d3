import ArgumentParser
import Foundation
import Identity

/// Makes an access token with the server's own secret.
struct Token: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Prints an access token, signed with the data directory's secret.",
    discussion: """
      The token is for whoever holds it: history:write lets them save, update, send heartbeats \
      and delete, history:any act for every user, history:import import executions of anybody, \
      metrics:read read the server's figures at /metrics. Reading one's own history needs no scope.
      """)

  @OptionGroup var dataDirectory: DataDirectory

  @Option(help: "Whose token it is.")
  var user: String

  @Option(
    help: "What it allows: scopes with spaces between, such as \"history:write history:any\".")
  var scope = ""

  @Option(help: "How long it is good for: a number and s, m, h or d.")
  var expiresIn = TimeSpan(.seconds(15 * 60))

  @Option(help: "The secret's file, if it is not the data directory's.")
  var jwtSecretFile: String?

  func run() async throws {
    let token = try await reporting {
      let key = try SigningKey(path: jwtSecretFile ?? dataDirectory.tokenSecret)
      return try await TokenIssuer(key: key).sign(
        user: user,
        scopes: Set(scope.split(separator: " ").map { Scope(rawValue: String($0)) }),
        expiresIn: expiresIn.duration, now: Date())
    }
    print(token)
  }
}

/// A time span as one types it: `90s`, `15m`, `12h`, `30d`.
struct TimeSpan: ExpressibleByArgument {
  let duration: Duration

  init(_ duration: Duration) { self.duration = duration }

  init?(argument: String) {
    let units: [Character: Int] = ["s": 1, "m": 60, "h": 3600, "d": 86_400]
    guard let unit = argument.last.flatMap({ units[$0] }), let number = Int(argument.dropLast()),
      (1...100_000_000).contains(number)
    else { return nil }
    duration = .seconds(number * unit)
  }

  var defaultValueDescription: String {
    let seconds = duration.components.seconds
    for (unit, size) in [("d", Int64(86_400)), ("h", 3600), ("m", 60)] where seconds % size == 0 {
      return "\(seconds / size)\(unit)"
    }
    return "\(seconds)s"
  }
}

/// A time that is allowed, which may be none: `0s`, or `0`.
struct Allowance: ExpressibleByArgument {
  let duration: Duration

  init(_ duration: Duration) { self.duration = duration }

  init?(argument: String) {
    if ["0", "0s", "0m", "0h", "0d"].contains(argument) {
      duration = .zero
    } else {
      guard let span = TimeSpan(argument: argument) else { return nil }
      duration = span.duration
    }
  }

  var defaultValueDescription: String {
    duration == .zero ? "0s" : TimeSpan(duration).defaultValueDescription
  }
}

/// How often something is done: a time, or `0` for never.
struct Interval: ExpressibleByArgument {
  /// Nil for never.
  let duration: Duration?

  init(_ duration: Duration) { self.duration = duration }

  init?(argument: String) {
    guard argument != "0" else {
      duration = nil
      return
    }
    guard let span = TimeSpan(argument: argument) else { return nil }
    duration = span.duration
  }

  var defaultValueDescription: String {
    duration.map { TimeSpan($0).defaultValueDescription } ?? "0"
  }
}
