import Testing

@testable import WorkflowHistory

@Suite("A rule of fingerprints")
struct FingerprintRuleTests {
  private static let rules =
    FingerprintRules.words + FingerprintRules.brackets + FingerprintRules.values

  @Test("does what its example says", arguments: rules.map(\.name))
  func example(name: String) throws {
    let rule = try #require(Self.rules.first { $0.name == name })
    #expect(ErrorFingerprint.fingerprint(of: rule.example.message) == rule.example.fingerprint)
    if let placeholder = rule.placeholder {
      #expect(rule.example.fingerprint.contains(placeholder))
    }
  }

  @Test("keeps codes, and no other numbers")
  func codes() {
    let kept = [
      "HTTP/1.1 503": "HTTP/<n> 503", "status_code=404": "status_code=404",
      "exited with exit code 1.": "exited with exit code 1.",
      "ERROR 1062 (23000): no": "ERROR 1062 (<n>): no", "(2006, 'gone')": "(2006, '?')",
      "signal 9": "signal 9", "{\"code\":409}": "{'code':409}",
      "no (os error 13)": "no (os error 13)", "error 42": "error <n>", "exit 4": "exit <n>",
      "error 17 of 20": "error <n> of <n>", "error: 17 rows": "error: <n> rows",
      "status 1234567": "status <n>", "code 1.5": "code <n>", "FLORA-00942": "FLORA-<n>",
      "{\"statusCode\": 404}": "{'?': 404}", "cannot decode 17": "cannot decode <n>",
      "statuses 5": "statuses <n>", "(17, 'a')": "(<n>, '?')",
    ]
    for (message, fingerprint) in kept {
      #expect(ErrorFingerprint.fingerprint(of: message) == fingerprint)
    }
  }

  @Test("reads quotations that tell what went wrong, and replaces the others")
  func quotations() {
    let told = [
      "{\"error\": \"invalid_grant\", \"user\": \"ann\"}": "{'error': 'invalid_grant', '?': '?'}",
      "rpc error: desc = \"no row 17\"": "rpc error: desc = 'no row <n>'",
      "level=error msg=\"lost 3 rows\" user=\"ann\"": "level=error msg='lost <n> rows' user='?'",
      "ValueError('no row 17')": "ValueError('no row <n>')",
      "no user ('ann')": "no user ('?')",
      #"{"message": "it has \"no\" name", "of": "ann"}"#:
        #"{'message': 'it has \'?' name', '?': '?'}"#,
      #"{\"error\": \"invalid_grant\", \"user\": \"ann\"}"#:
        #"{\'error': \'invalid_grant', \'?': \'?'}"#,
    ]
    for (message, fingerprint) in told {
      #expect(ErrorFingerprint.fingerprint(of: message) == fingerprint)
    }
  }

  @Test("makes one of a list, whatever its length")
  func lists() {
    #expect(ErrorFingerprint.fingerprint(of: "shape (3, 4, 5)") == "shape (<n>)")
    #expect(ErrorFingerprint.fingerprint(of: "shape (3,)") == "shape (<n>)")
    #expect(ErrorFingerprint.fingerprint(of: "one of 'a', 'b'") == "one of '?'")
    #expect(ErrorFingerprint.fingerprint(of: "{'a': 1, 'b': 2}") == "{'?': <n>, '?': <n>}")
  }
}
