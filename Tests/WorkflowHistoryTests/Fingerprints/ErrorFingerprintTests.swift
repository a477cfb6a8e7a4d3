import Foundation
import Testing
import WorkflowHistory

@Suite("An error's fingerprint")
struct ErrorFingerprintTests {
  @Test(
    "of a Python error leaves out what varies",
    arguments: [
      ("KeyError: 'user_42'", "KeyError: '?'"),
      (
        "ValueError: invalid literal for int() with base 10: 'abc'",
        "ValueError: invalid literal for int() with base <n>: '?'"
      ),
      (
        "FileNotFoundError: [Errno 2] No such file or directory: '/data/in 7.csv'",
        "FileNotFoundError: [Errno 2] No such file or directory: '?'"
      ),
      (
        "Traceback (most recent call last):\n  File \"/srv/app/run.py\", line 42, in main\n",
        "Traceback (most recent call last) at run.main"
      ),
      (
        "<urllib3.connection.HTTPConnection object at 0x7f3c2a1b5d30>: Read timed out.",
        "<urllib<n>.connection.HTTPConnection object at <hex>>: Read timed out."
      ),
      (
        "MemoryError: Unable to allocate 1.53 GiB for an array with shape (14300, 14300)",
        "MemoryError: Unable to allocate <size> for an array with shape (<n>)"
      ),
      (
        "JSONDecodeError: Expecting value: line 1 column 1 (char 0)",
        "JSONDecodeError: Expecting value: line <n> column <n> (char <n>)"
      ),
      ("asyncio.exceptions.TimeoutError", "asyncio.exceptions.TimeoutError"),
      (
        "2026-01-31 12:30:00,123 worker_17 died: it didn't answer",
        "<time> worker_<n> died: it didn't answer"
      ),
    ])
  func python(message: String, fingerprint: String) {
    #expect(ErrorFingerprint.fingerprint(of: message) == fingerprint)
  }

  @Test(
    "of a Java error leaves out what varies",
    arguments: [
      (
        "java.lang.NullPointerException: Cannot invoke \"String.length()\" because \"<local1>\" is null",
        "java.lang.NullPointerException: Cannot invoke '?' because '?' is null"
      ),
      (
        "java.lang.ArrayIndexOutOfBoundsException: Index 5 out of bounds for length 3",
        "java.lang.ArrayIndexOutOfBoundsException: Index <n> out of bounds for length <n>"
      ),
      ("\tat com.example.Job.run(Job.java:214)", "at com.example.Job.run(Job.java:<n>)"),
      ("no handler for com.example.Job$Step@1b6d358", "no handler for com.example.Job$Step@<hex>"),
      ("no handler for com.example.Job$Step@75412", "no handler for com.example.Job$Step@<hex>"),
      (
        "java.net.ConnectException: Connection refused: db-3/10.1.2.3:5432",
        "java.net.ConnectException: Connection refused: db-<n>/<address>"
      ),
      (
        "HikariPool-1 - Connection is not available, request timed out after 30001ms.",
        "HikariPool-<n> - Connection is not available, request timed out after <duration>."
      ),
      (
        "java.io.FileNotFoundException: C:\\jobs\\in.csv (Access is denied)",
        "java.io.FileNotFoundException: <path> (Access is denied)"
      ),
    ])
  func java(message: String, fingerprint: String) {
    #expect(ErrorFingerprint.fingerprint(of: message) == fingerprint)
  }

  @Test(
    "of a Go error leaves out what varies",
    arguments: [
      (
        "dial tcp 10.0.0.5:5432: connect: connection refused",
        "dial tcp <address>: connect: connection refused"
      ),
      (
        "dial tcp [fe80::1]:443: i/o timeout", "dial tcp <address>: i/o timeout"
      ),
      (
        "dial tcp: lookup db.internal on 10.0.0.2:53: no such host",
        "dial tcp: lookup db.internal on <address>: no such host"
      ),
      ("open /etc/app/config.yaml: permission denied", "open <path>: permission denied"),
      (
        "panic: runtime error: index out of range [7] with length 7\n\ngoroutine 18 [running]:",
        "panic: runtime error: index out of range [<n>] with length <n> goroutine <n> [running]:"
      ),
      ("strconv.Atoi: parsing \"x1\": invalid syntax", "strconv.Atoi: parsing '?': invalid syntax"),
      ("context deadline exceeded after 1.5s", "context deadline exceeded after <duration>"),
      (
        "pod etl-7d4b9c6f5-x2x9z evicted at 2026-01-31T12:30:00.123456Z",
        "pod etl-<id>-<id> evicted at <time>"
      ),
      (
        "rpc error: code = Unavailable desc = error reading from server: EOF",
        "rpc error: code = Unavailable desc = error reading from server: EOF"
      ),
    ])
  func go(message: String, fingerprint: String) {
    #expect(ErrorFingerprint.fingerprint(of: message) == fingerprint)
  }

  @Test(
    "of a Node error leaves out what varies",
    arguments: [
      (
        "TypeError: Cannot read properties of undefined (reading 'id')",
        "TypeError: Cannot read properties of undefined (reading '?')"
      ),
      ("Error: connect ECONNREFUSED ::1:5432", "Error: connect ECONNREFUSED <address>"),
      (
        "Error: listen EADDRINUSE: address already in use :::3000",
        "Error: listen EADDRINUSE: address already in use <address>"
      ),
      (
        "    at Object.<anonymous> (/srv/app/index.js:10:5)",
        "at Object.<anonymous> (<path>)"
      ),
      (
        "ENOENT: no such file or directory, open './data/b 2.json'",
        "ENOENT: no such file or directory, open '?'"
      ),
      (
        "ENOENT: no such file or directory, open ./data/b2.json",
        "ENOENT: no such file or directory, open <path>"
      ),
      (
        "SyntaxError: Unexpected token < in JSON at position 0",
        "SyntaxError: Unexpected token < in JSON at position <n>"
      ),
    ])
  func node(message: String, fingerprint: String) {
    #expect(ErrorFingerprint.fingerprint(of: message) == fingerprint)
  }

  @Test(
    "of a Postgres error leaves out what varies",
    arguments: [
      (
        "ERROR:  duplicate key value violates unique constraint \"users_email_key\"\n"
          + "DETAIL:  Key (email)=(ada@example.com) already exists.",
        "ERROR: duplicate key value violates unique constraint '?' "
          + "DETAIL: Key (email)=(<address>) already exists."
      ),
      (
        "Process 12345 waits for ShareLock on transaction 678; blocked by process 999.",
        "Process <n> waits for ShareLock on transaction <n>; blocked by process <n>."
      ),
      (
        "value too long for type character varying(255)",
        "value too long for type character varying(<n>)"
      ),
      (
        "invalid input syntax for type uuid: \"f47ac10b\"",
        "invalid input syntax for type uuid: '?'"
      ),
      (
        "execution F47AC10B-58CC-4372-A567-0E02B2C3D479 is locked (SQLSTATE 55P03)",
        "execution <uuid> is locked (SQLSTATE 55P03)"
      ),
      (
        "could not read block 81 in file \"base/16384/2619\": read only 0 of 8192 bytes",
        "could not read block <n> in file '?': read only <n> of <size>"
      ),
      ("value \"-1e-7\" or -1e-7 or +5 is out of range", "value '?' or <n> or <n> is out of range"),
    ])
  func postgres(message: String, fingerprint: String) {
    #expect(ErrorFingerprint.fingerprint(of: message) == fingerprint)
  }

  @Test(
    "of an HTTP error leaves out what varies",
    arguments: [
      ("502 Bad Gateway", "<n> Bad Gateway"),
      (
        "429 Client Error: Too Many Requests for url: https://api.example.com/v1/users?id=5&t=ab;c",
        "<n> Client Error: Too Many Requests for url: <url>"
      ),
      ("Is https://example.com/?q=1! up? No.", "Is <url>! up? No."),
      ("GET /api/v1/users/42 took 1,234.5 ms", "GET <path> took <duration>"),
      (
        "[12:30:00] 2026/01/31 request 01J9ZQ3V7K8M2N4P6R8T0W2X4Y: HTTP/1.1 500",
        "[<time>] <time> request <id>: HTTP/<n> 500"
      ),
      ("peer 00:1a:2b:3c:4d:5e or 2001:db8::8a2e:370:7334", "peer <address> or <address>"),
      (
        "certificate has expired (sha256 9f86d081884c7d65)",
        "certificate has expired (sha<n> <id>)"
      ),
      (
        "application/json; charset=utf-8 or text/html",
        "application/json; charset=utf-<n> or text/html"
      ),
    ])
  func http(message: String, fingerprint: String) {
    #expect(ErrorFingerprint.fingerprint(of: message) == fingerprint)
  }

  @Test(
    "of text alone is that text, its white space folded",
    arguments: [
      ("", ""), (" \n\t ", ""), ("a\r\n\n  b ", "a b"), ("...", "..."),
      ("größe — 工作流 😀", "größe — 工作流 😀"),
      ("it can't be the users' fault", "it can't be the users' fault"),
      ("a \" alone", "a \" alone"),
    ])
  func plain(message: String, fingerprint: String) {
    #expect(ErrorFingerprint.fingerprint(of: message) == fingerprint)
  }

  @Test("takes typographic quotes for quotes, and a doubled quote for one in the text")
  func quotes() {
    let expected = "cannot stat '?'"
    for text in ["'a b'", "\"a b\"", "`a b`", "‘a b’", "“a b”", "'it''s'"] {
      #expect(ErrorFingerprint.fingerprint(of: "cannot stat \(text)") == expected)
    }
  }

  @Test("has at most 300 characters, whatever they are made of")
  func length() {
    for unit in ["a", "工", "😀", "x ", "(", "1 ", "'x' ", "\u{301}"] {
      let text = ErrorFingerprint.fingerprint(of: String(repeating: unit, count: 70_000))
      #expect(text.unicodeScalars.count <= ErrorFingerprint.messageLimit)
      #expect(text.unicodeScalars.count >= ErrorFingerprint.messageLimit - 1)
      #expect(!text.contains("\u{FFFD}"))
    }
    let digits = ["7", "af7", "x7"].map { String(repeating: $0, count: 20_000) }
    #expect(digits.map(ErrorFingerprint.fingerprint) == ["<n>", "<id>", "<id>"])
  }

  @Test("takes about as long for a hostile message as for a plain one of its length")
  func linearTime() {
    let hostile: [String] = [
      "'", "\"a", " '", "'a ", "a'b ", "1:", "a:", "::", "a1:", "1.", "/", "\\/", "://", "@", "af7",
      "-1", "1e", "0x", ".", " .", "12:00:00 ", "2026-01-01 ", "f47ac10b-58cc-", "1.1.1.1 ",
      "a1b2g", "abcdef1", "\u{301}", "’", "'a\"b`c ", "x://", "=", "?",
      "\n", "a\n", ":in ", "[SQL: ", "[", "[::1]", "LINE 1: a\n^\n", "error='", "{\"error\":\"",
      "Error('", "\\\"", "1s", "1 s ", "1m1s", "/a?", "id 1 ", "1, ", "'a', ", "a@b", "AbC1",
      "---> ", "Suppressed: a\n", "Caused by: a\n", "Traceback (most recent call last):\n",
      "at a.b(c)\n", "at a (", "at a (b:1:1)\n", "at <<a>>.b(c)\n", "at java.a$$b$1(c)\n",
      "File \"a\", line 1, in b\n", "a\n\tb.go:1\n", "a.rb:1:in 'a'\n",
      "stack backtrace:\n0: a<b\n", "  | a\n", "+- -\n", "goroutine 1:\n",
    ]
    // What is hostile takes at most eight times as long as a word, 20 times where caches are shared.
    let limit = fastest("a") * 20
    for unit in hostile {
      #expect(fastest(unit) < limit, "\(unit.debugDescription)")
    }
  }

  /// How long the fingerprint of 64,000 bytes of `unit` keeps a processor, at the best of three: by the
  /// clock it would be longer for what happens to be measured while the machine is busy.
  private func fastest(_ unit: String) -> Duration {
    let message = String(repeating: unit, count: 64_000 / unit.utf8.count)
    return (0..<3).map { _ in
      let began = processorTime()
      _ = ErrorFingerprint.fingerprint(of: message)
      return processorTime() - began
    }.min()!
  }

  /// How long this thread has run.
  private func processorTime() -> Duration {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
  }
}
