import Testing

@testable import WorkflowHistory

@Suite("The fingerprint of a stack trace")
struct StackTraceTests {
  @Test(
    "has the frames of the program, without what a build or a compiler adds",
    arguments: [
      ("at com.acme.Job.run(Job.java:41)", "Job.run"),
      ("at app//com.acme.Job.run(Job.java:41)", "Job.run"),
      ("at com.acme.Job.lambda$run$3(Job.java:41)", "Job.run"),
      ("at com.acme.Job$Step$1.run(Job.java:41)", "Job.Step.run"),
      ("at com.acme.Rows$$anon$1.next(Rows.scala:7)", "Rows.next"),
      ("at com.acme.Job.<init>(Job.java:9)", "Job.init"),
      ("at com.acme.Job$run$2.invokeSuspend(Job.kt:9)", "Job.run"),
      ("at com.acme.Clean$.$anonfun$run$2$adapted(Clean.scala:35)", "Clean.run"),
      ("at Acme.Etl.Job.<RunAsync>d__2.MoveNext() in /src/Job.cs:line 18", "Job.RunAsync"),
      ("at Acme.Etl.Job.<>c__DisplayClass5_0.<<RunAsync>b__0>d.MoveNext()", "Job.RunAsync"),
      ("at Acme.Etl.Map`2.Add(TKey key, TValue value)", "Map.Add"),
      ("at load (/srv/app/users.js:41:17)", "users.load"),
      ("at async Users.load [as get] (C:\\app\\users.mjs:41:17)", "users.load"),
      ("at new Users (file:///srv/app/users.ts:41:17)", "users.Users"),
      ("at Object.<anonymous> (/srv/app/users.js:1:1)", "users"),
      ("at /srv/app/users.js:41:17", "users"),
      ("app/jobs/import_job.rb:31:in `block (2 levels) in perform'", "import_job.perform"),
      ("from app/jobs/import_job.rb:31:in 'ImportJob#perform'", "import_job.perform"),
      ("main.(*Job).Run.func1({0x4b2f60, 0xc000012345})\n\t/src/job.go:30 +0x65", "Job.Run"),
      ("github.com/acme/etl/store.Open(...)\n\t/src/store/store.go:30", "store.Open"),
      ("main.Map[...](0x1)\n\t/src/map.go:30 +0x65", "main.Map"),
    ])
  func frames(lines: String, frame: String) {
    #expect(
      fingerprint("SomeError: no\n\t\(lines)".replacing("\n\tmain", with: "\nmain"))
        == "SomeError: no at \(frame)")
  }

  @Test(
    "leaves out frames that nobody wrote",
    arguments: [
      "at com.acme.Job$$Lambda$123/0x0000000800c8a440.accept(Unknown Source)",
      "at com.acme.Store$$EnhancerBySpringCGLIB$$8f2a11c3.find(<generated>)",
      "at com.sun.proxy.$Proxy42.find(Unknown Source)",
      "at jdk.internal.reflect.GeneratedMethodAccessor412.invoke(Unknown Source)",
      "at System.Runtime.CompilerServices.TaskAwaiter.ThrowForNonSuccess(Task task)",
      "at Array.map (<anonymous>)",
      "at async Promise.all (index 0)",
      "at process.processTicksAndRejections (node:internal/process/task_queues:95:5)",
    ])
  func generated(line: String) {
    let own = "\n    at load (/srv/app/users.js:41:17)"
    #expect(fingerprint("SomeError: no\n    \(line)\(own)") == "SomeError: no at users.load")
    #expect(fingerprint("SomeError: no\n    \(line)") == "SomeError: no")
  }

  @Test("has the three innermost frames, and one for a function that calls itself")
  func depth() {
    let frames = ["walk", "walk", "walk", "step", "run", "main"].map {
      "\n\tat a.b.Tree.\($0)(T.java:1)"
    }
    #expect(
      fingerprint("SomeError" + frames.joined()) == "SomeError at Tree.walk < Tree.step < Tree.run")
  }

  @Test("has the frames of libraries where there is none of the program")
  func libraries() {
    let trace = """
      java.io.IOException: closed
      \tat java.base/java.io.Reader.read(Reader.java:1)
      \tat org.apache.x.Copy.run(Copy.java:2)
      """
    #expect(fingerprint(trace) == "java.io.IOException: closed at Reader.read < Copy.run")
    #expect(
      fingerprint(trace + "\n\tat com.acme.Job.run(Job.java:3)")
        == "java.io.IOException: closed at Job.run")
  }

  @Test("keeps a number in the exception that tells errors apart, however long the stack")
  func longStack() {
    let frames = String(repeating: "  File \"/srv/app/a.py\", line 1, in f\n    f()\n", count: 1000)
    let trace = "Traceback (most recent call last):\n\(frames)HTTPError: HTTP 503\n"
    #expect(fingerprint(trace) == "HTTPError: HTTP 503 at a.f")
  }

  @Test("is that of the text where lines only look like frames")
  func noTrace() {
    #expect(
      fingerprint("look at this (please)\nat noon (or so)")
        == "look at this (please) at noon (or so)")
    #expect(fingerprint("at com.acme.Job.run(Job.java:214)") == "at com.acme.Job.run(Job.java:<n>)")
    #expect(
      fingerprint("\nat com.acme.Job.run(Job.java:214)") == "at com.acme.Job.run(Job.java:<n>)")
  }

  @Test("tells the last of very many causes")
  func manyCauses() {
    let causes = (1...100).map { number in
      "\nCaused by: a.\(number == 100 ? "Last" : "Other"): no\n\tat a.b.C.run(C.java:1)"
    }
    #expect(fingerprint("a.B: no" + causes.joined()) == "a.Last: no at C.run")
  }

  @Test("has at most 1,200 bytes, and whole characters")
  func bytes() {
    for pad in ["", "a", "ab", "abc"] {
      let name = pad + String(repeating: "😀", count: 500)
      let frames = (0..<3).map { "\n\tat a.\($0)\(name).run(T.java:1)" }.joined()
      let text = fingerprint("SomeError: \(name)\(frames)")
      #expect((1197...1200).contains(text.utf8.count))
      #expect(!text.contains("\u{FFFD}"))
    }
  }

  @Test("has at most 430 characters")
  func length() {
    let name = String(repeating: "ü", count: 500)
    let frames = (0..<9).map { "\n\tat \(name)\($0).run\(name)\($0)(T.java:1)" }.joined()
    let length = fingerprint("SomeError: \(name)\(frames)").unicodeScalars.count
    #expect(length == 300 + " at ".count + 40)
    let distinct = (0..<9).map { "\n\tat a.\($0)b\(name).run(T.java:1)" }.joined()
    #expect(fingerprint("SomeError: \(name)\(distinct)").unicodeScalars.count == 430)
    #expect(ErrorFingerprint.lengthLimit == 430)
  }

  private func fingerprint(_ message: String) -> String {
    ErrorFingerprint.fingerprint(of: message)
  }
}
