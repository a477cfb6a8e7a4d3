import Foundation
import Testing

@testable import Reactor

@Suite("The socket of a supervisor") struct NotifySocketTests {
  @Test("is told of a state, with a line for people, at a path")
  func path() throws {
    let path = "/tmp/notify-\(UUID().uuidString).sock"
    let supervisor = try Supervisor(path)
    defer { unlink(path) }
    let socket = try #require(NotifySocket(environment: ["NOTIFY_SOCKET": path]))
    try socket.tell(.ready, status: "Accepts calls")
    #expect(supervisor.hears() == "READY=1\nSTATUS=Accepts calls\n")
    try socket.tell(.stopping, status: "Ends")
    #expect(supervisor.hears() == "STOPPING=1\nSTATUS=Ends\n")
  }

  #if os(Linux)
    @Test("is told at a name of the abstract namespace, which is not longer than it says")
    func abstractName() throws {
      let name = "@notify-\(UUID().uuidString)"
      let supervisor = try Supervisor(name)
      let socket = try #require(NotifySocket(environment: ["NOTIFY_SOCKET": name]))
      try socket.tell(.ready, status: "Accepts calls")
      #expect(supervisor.hears() == "READY=1\nSTATUS=Accepts calls\n")
    }
  #endif

  @Test("is there only where the environment names one", arguments: [[:], ["NOTIFY_SOCKET": ""]])
  func nobody(environment: [String: String]) {
    #expect(NotifySocket(environment: environment) == nil)
  }

  @Test(
    "throws where nobody listens, or can't be reached by a Unix socket",
    arguments: [
      ("/tmp/nobody-\(UUID().uuidString)", ENOENT), ("vsock:2:1234", EAFNOSUPPORT),
      ("/tmp/" + String(repeating: "n", count: 120), ENAMETOOLONG),
    ])
  func unreachable(name: String, code: Int32) throws {
    let socket = try #require(NotifySocket(environment: ["NOTIFY_SOCKET": name]))
    let error = #expect(throws: SystemError.self) { try socket.tell(.ready, status: "") }
    #expect(error?.errno == code)
  }
}

/// Whoever started the process, and listens.
private final class Supervisor {
  private let descriptor: Int32

  init(_ name: String) throws {
    #if canImport(Glibc)
      descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
    #else
      descriptor = socket(AF_UNIX, SOCK_DGRAM, 0)
    #endif
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    var bytes = Array(name.utf8)
    if name.hasPrefix("@") { bytes[0] = 0 }
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
    let length = MemoryLayout.offset(of: \sockaddr_un.sun_path)! + bytes.count
    let bound = withUnsafeBytes(of: &address) {
      bind(descriptor, $0.baseAddress!.assumingMemoryBound(to: sockaddr.self), socklen_t(length))
    }
    try #require(bound == 0)
  }

  deinit { close(descriptor) }

  /// The message that has come.
  func hears() -> String {
    var bytes = [UInt8](repeating: 0, count: 1024)
    let count = recv(descriptor, &bytes, bytes.count, Int32(MSG_DONTWAIT))
    return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
  }
}
