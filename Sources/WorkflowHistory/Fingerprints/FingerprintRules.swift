/// What is replaced in a message, or kept although it looks like what is replaced.
struct FingerprintRule: Sendable {
  /// What it is about.
  let name: String
  /// What stands for the value. Nil: it is kept.
  let placeholder: String?
  /// A message, and its fingerprint.
  let example: (message: String, fingerprint: String)
  /// How many bytes, from the beginning of a text on, are such a value. Nil where there is none.
  let length: @Sendable (MessageScanner, ArraySlice<UInt8>) -> Int?

  init(
    _ name: String, _ placeholder: String?, _ message: String, _ fingerprint: String,
    _ length: @escaping @Sendable (MessageScanner, ArraySlice<UInt8>) -> Int?
  ) {
    self.name = name
    self.placeholder = placeholder
    self.example = (message, fingerprint)
    self.length = length
  }
}

/// The rules of fingerprints, each with an example. The scanner tries them in this order at every
/// word, then at every value that may begin in one, and the first that fits is applied. Words end at
/// white space, quotes, brackets and `;=|!?`.
///
/// Before them comes what stands in quotes, `'…'`, `"…"` or backticks, whatever it is: `'?'`. Quotations
/// that tell what went wrong are read as the rest of the message is: after ``tellingKeys`` and in an
/// exception's parentheses. White space is folded, and of a list of equal placeholders one is left.
enum FingerprintRules {
  /// Words as a whole.
  static let words: [FingerprintRule] = [
    FingerprintRule(
      "a URL", "<url>",
      "GET https://api.example.com/v1/users?id=5: no answer", "GET <url>: no answer"
    ) { $0.urlLength($1) },
    FingerprintRule(
      "a name of AWS", "<arn>",
      "arn:aws:iam::123456789012:user/bob may not", "<arn> may not"
    ) { $1.starts(with: "arn:".utf8) ? $1.count : nil },
    FingerprintRule(
      "the line of a statement that Postgres points at", "<sql>",
      "syntax error\nLINE 3: SELECT 1 FORM a\n                 ^", "syntax error <sql>"
    ) { $0.statementLineLength($1) },
    FingerprintRule(
      "Base64", "<id>",
      "host id: vyAbCd12EfGhIj34KlMnOp56QrStUv78WxYz+9/0aBcD=", "host id: <id>"
    ) { $0.base64Length($1) },
    FingerprintRule(
      "a path", "<path>",
      "open /etc/app/config.yaml: permission denied", "open <path>: permission denied"
    ) { $0.pathLength($1) },
    FingerprintRule(
      "a mail address", "<address>",
      "no user ada@example.com", "no user <address>"
    ) { $0.isMailAddress($1) ? $1.count : nil },
  ]

  /// What begins with a bracket.
  static let brackets: [FingerprintRule] = [
    FingerprintRule(
      "an IPv6 address in brackets, with its port", "<address>",
      "dial tcp [fe80::1]:443: i/o timeout", "dial tcp <address>: i/o timeout"
    ) { $0.bracketedAddressLength($1) },
    FingerprintRule(
      "SQLAlchemy's statement, and its parameters", "[<sql>]",
      "no such table\n[SQL: SELECT 1\nFROM a]\n[parameters: (7,)]", "no such table [<sql>] [<sql>]"
    ) { $0.statementLength($1) },
  ]

  /// Values, which begin where a word, a run of letters and digits, or a number does.
  static let values: [FingerprintRule] = [
    FingerprintRule(
      "a UUID", "<uuid>",
      "no f47ac10b-58cc-4372-a567-0e02b2c3d479", "no <uuid>"
    ) { $0.uuidLength($1) },
    FingerprintRule(
      "a time, a date, or both", "<time>",
      "it was 2026-01-31 12:30:00.5", "it was <time>"
    ) { $0.timeLength($1) },
    FingerprintRule(
      "an IP or MAC address, with its port", "<address>",
      "dial tcp 10.0.0.5:5432: refused", "dial tcp <address>: refused"
    ) { $0.addressLength($1) },
    FingerprintRule(
      "a hexadecimal number, or the hash of an object", "<hex>",
      "addr=0x18 of Job@1b6d358", "addr=<hex> of Job@<hex>"
    ) { $0.hexLength($1) },
    FingerprintRule(
      "a code, kept: after a word of `codeLabels`, or of a database", nil,
      "HTTP 503, exit code 137, SQLSTATE 55P03, ORA-00942",
      "HTTP 503, exit code 137, SQLSTATE 55P03, ORA-00942"
    ) { $0.codeLength($1) },
    FingerprintRule(
      "what is called an id", "<id>",
      "request id: 4442587, user_id=ab-7", "request id: <id>, user_id=<id>"
    ) { $0.labelledIDLength($1) },
    FingerprintRule(
      "a duration", "<duration>",
      "after 1m30s or 250ms or 2.5 seconds", "after <duration> or <duration> or <duration>"
    ) { $0.quantityLength($1, FingerprintRules.durationUnits) },
    FingerprintRule(
      "a size", "<size>",
      "512Mi of 1.5 GiB", "<size> of <size>"
    ) { $0.quantityLength($1, FingerprintRules.sizeUnits) },
    FingerprintRule(
      "the end of a pod's name", "<id>",
      "pod etl-6689f7c4cb-bqxkd", "pod etl-<id>-<id>"
    ) { $0.podSuffixLength($1) },
    FingerprintRule(
      "8 hexadecimal digits or more, a letter among them", "<id>",
      "commit 9f86d081884c7d65", "commit <id>"
    ) { $0.digestLength($1) },
    FingerprintRule(
      "letters and digits that change three times or more", "<id>",
      "worker x2x9z", "worker <id>"
    ) { $0.mixedLength($1) },
    FingerprintRule(
      "a number", "<n>",
      "base 10, -1.5e3 or 1,234", "base <n> or <n>"
    ) { $0.numberLength($1) },
  ]

  /// The words before a number, in lower case, that make it a code, also at the end of a name:
  /// `grpc_status`.
  static let codeLabels: Set<String> = [
    "code", "errno", "errorcode", "exitcode", "http", "httpstatus", "signal", "status",
    "statuscode",
  ]

  /// What stands right before codes: those of Oracle, and of operating systems as Rust tells them.
  static let codePrefixes = ["ORA-", "TNS-", "PLS-", "DPY-", "DPI-", "os error ", "HTTP error "]

  /// Keys, in lower case, whose values tell what went wrong: `{"error": "…"}`, `desc = "…"`.
  static let tellingKeys: Set<String> = [
    "code", "desc", "description", "detail", "details", "err", "error", "error_code",
    "error_description", "error_message", "errorcode", "errormessage", "message", "msg", "reason",
    "status", "title",
  ]

  /// Units that may follow a number, at once or after a space.
  struct Units {
    let atOnce: [[UInt8]]
    let afterSpace: [[UInt8]]

    init(atOnce: [String], afterSpace: [String]) {
      self.atOnce = atOnce.map { Array($0.utf8) }
      self.afterSpace = afterSpace.map { Array($0.utf8) }
    }
  }

  static let durationUnits = Units(
    atOnce: ["ns", "us", "µs", "μs", "ms", "s", "sec", "m", "min", "h", "d"],
    afterSpace: [
      "ns", "us", "µs", "μs", "ms", "s", "sec", "secs", "second", "seconds", "millisecond",
      "milliseconds", "min", "mins", "minute", "minutes", "hour", "hours", "day", "days",
    ])

  static let sizeUnits = Units(
    atOnce: [
      "B", "K", "M", "G", "T", "kB", "KB", "MB", "GB", "TB", "Ki", "Mi", "Gi", "Ti", "KiB", "MiB",
      "GiB", "TiB",
    ],
    afterSpace: [
      "B", "kB", "KB", "MB", "GB", "TB", "KiB", "MiB", "GiB", "TiB", "byte", "bytes",
    ])
}

/// The rules of stack traces.
///
/// The exception that was the cause of the others comes first, `Type: message`, read by the rules above;
/// then the frames, `at load.rows < run.main`. A frame is `class.function`, `module.function` or
/// `file.function`, without packages, folders, lines, columns and addresses. Frames that nobody wrote are
/// left out. Of the others the three innermost are told that are the program's own; where there is none
/// of its own, the three innermost of libraries.
enum FrameRules {
  /// What stands in the path of a library's file.
  static let libraryFolders = [
    "site-packages", "dist-packages", "/lib/python", "lib\\python", "python3.", "<frozen",
    "<string>",
    ".zip/", ".pxi", ".pyx",
    "node_modules", "node:", "internal/",
    "/pkg/mod/", "/vendor/", "/go/src/runtime/",
    "/gems/", "/lib/ruby/", "<internal:",
  ]

  /// How the packages of Java's, Kotlin's, Scala's and .NET's libraries begin.
  static let libraryPackages = [
    "java.", "javax.", "jakarta.", "jdk.", "sun.", "com.sun.", "kotlin.", "kotlinx.", "scala.",
    "groovy.", "clojure.", "akka.", "org.apache.", "org.springframework.", "org.hibernate.",
    "org.postgresql.", "org.eclipse.", "org.jboss.", "org.junit.", "org.glassfish.", "org.h2.",
    "com.mysql.", "com.zaxxer.", "com.fasterxml.", "com.google.common.", "com.google.cloud.",
    "com.google.api.", "com.amazonaws.", "software.amazon.", "com.azure.", "com.datastax.",
    "io.netty.", "io.grpc.", "io.reactivex.", "io.micronaut.", "io.quarkus.", "io.vertx.",
    "reactor.",
    "okhttp3.", "retrofit2.", "feign.", "net.bytebuddy.", "py4j.",
    "System.", "Microsoft.", "Npgsql.", "Newtonsoft.", "Dapper.", "Polly.", "Grpc.", "Serilog.",
    "MySql.", "StackExchange.", "AutoMapper.", "Xunit.", "NUnit.",
  ]

  /// What stands in the names of generated classes.
  static let generatedClasses = [
    "$$Lambda", "$Lambda", "LambdaForm$", "$Proxy", "GeneratedMethodAccessor",
    "GeneratedConstructorAccessor", "GeneratedClass$", "$$FastClass", "CGLIB$", "reflect.",
    "NativeMethodAccessorImpl", "System.Runtime.CompilerServices.",
    "System.Runtime.ExceptionServices.",
  ]

  /// The crates of Rust's runtime.
  static let libraryCrates = [
    "core::", "std::", "alloc::", "tokio::", "futures", "rust_", "__rust", "__libc", "_start",
    "main",
    "backtrace::", "anyhow::", "hyper::", "tower::", "rayon", "clone", "start_thread",
  ]

  /// How the packages of Go's standard library begin, up to the first `/` or `.`.
  static let goPackages: Set<String> = [
    "bufio", "bytes", "context", "crypto", "database", "encoding", "errors", "fmt", "internal",
    "io",
    "math", "net", "os", "panic", "reflect", "regexp", "runtime", "sort", "strconv", "strings",
    "sync",
    "syscall", "testing", "time", "unicode",
  ]

  /// What Python's newer versions have no frames for.
  static let pythonWrappers = ["<listcomp>", "<dictcomp>", "<setcomp>", "<genexpr>", "<lambda>"]

  /// What stands around asynchronous functions, also those compiled for older engines.
  static let javaScriptWrappers = [
    "fulfilled", "rejected", "__awaiter", "adopt", "step", "asyncGeneratorStep", "_next", "_throw",
    "Generator.next", "processTicksAndRejections", "process.processTicksAndRejections",
  ]

  /// What compilers add to names, as words between `$`.
  static let addedWords: Set<String> = [
    "lambda", "anonfun", "anon", "adapted", "access", "default",
  ]
  /// The functions into which compilers put the bodies of others.
  static let functionBodies: Set<String> = ["invokeSuspend", "MoveNext", "{{closure}}"]
}
