import Foundation

@testable import RPC

/// A message as it stands in a body.
func framed(_ message: [UInt8]) -> [UInt8] {
  var framed = [UInt8](repeating: 0, count: 5) + message
  MessageDeframer.writePrefix(into: &framed)
  return framed
}

/// The code of the status that `body` throws; OK where it throws none.
func code(_ body: () throws -> Void) -> RPCStatusCode? {
  do {
    try body()
    return .ok
  } catch {
    return (error as? RPCStatus)?.code
  }
}

/// The bytes that this process has mapped, touched or not; 0 where the system does not tell.
func addressSpace() throws -> Int {
  #if os(Linux)
    let pages = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8).prefix { $0 != " " }
    return (Int(pages) ?? 0) * Int(sysconf(Int32(_SC_PAGESIZE)))
  #else
    return 0
  #endif
}
