import Dispatch
import Foundation
import FuzzTargets

// What libFuzzer calls (https://llvm.org/docs/LibFuzzer.html). Its `main` is the executable's.

/// The target that WORKFLOW_HISTORY_FUZZ_TARGET names.
private let target: FuzzTarget = {
  let name = ProcessInfo.processInfo.environment["WORKFLOW_HISTORY_FUZZ_TARGET"] ?? ""
  guard let target = FuzzTarget(rawValue: name) else {
    fatalError("WORKFLOW_HISTORY_FUZZ_TARGET is none of \(FuzzTarget.allCases)")
  }
  return target
}()

/// Feeds the target once; a broken promise is a crash.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let bytes = Array(UnsafeBufferPointer(start: start, count: count))
  let done = DispatchSemaphore(value: 0)
  // Most targets never suspend, and so stay on this thread.
  Task.immediate {
    do throws(BrokenPromise) {
      try await target.run(bytes)
    } catch {
      fatalError("\(target): \(error)")
    }
    done.signal()
  }
  done.wait()
  return 0
}

/// What LeakSanitizer is not to report, as it asks by this name. Declarations of messages are kept for as
/// long as the process runs, by references of which Swift uses spare bits to tell an enum's cases: the
/// sanitizer takes them for no pointers.
@_cdecl("__lsan_default_suppressions")
public func leakSuppressions() -> UnsafePointer<UInt8> {
  let suppressions: StaticString = "leak:17MessageDescriptor\nleak:12Declarations33\n"
  return suppressions.utf8Start
}
