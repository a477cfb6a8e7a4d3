/// One way by which bytes from outside come in, for a fuzzer to feed.
public enum FuzzTarget: String, CaseIterable, Sendable, CustomStringConvertible {
  /// A client's bytes, to a server's HTTP/2 session whose calls are answered.
  case http2
  /// A client's bytes, to a server's HTTP/1.1 session whose requests are answered.
  case http1
  /// A call's body, cut into messages.
  case deframer
  /// The fields that a call begins with, and those that it ends with.
  case callHead = "call-head"
  /// The wire bytes of the service's requests.
  case requests
  /// A request as JSON, and a response's wire bytes that become JSON.
  case json
  /// An `authorization` field, and the token in it.
  case token
  /// Where a page of history goes on from.
  case pageToken = "page-token"
  /// The message of an execution that failed.
  case errorMessage = "error-message"

  /// Feeds the target once.
  ///
  /// - Returns: whether the bytes got through, and were not refused.
  /// - Throws: what the target promises of any bytes, where it does not hold.
  @discardableResult
  public func run(_ bytes: [UInt8]) async throws(BrokenPromise) -> Bool {
    switch self {
    case .http2: try HTTP2Input.run(bytes)
    case .http1: try HTTP1Input.run(bytes)
    case .deframer: try DeframerInput.run(bytes)
    case .callHead: try CallHeadInput.run(bytes)
    case .requests: try RequestsInput.run(bytes)
    case .json: try JSONInput.run(bytes)
    case .token: try TokenInput.run(bytes)
    case .pageToken: try PageTokenInput.run(bytes)
    case .errorMessage: try ErrorMessageInput.run(bytes)
    }
  }

  /// The name in scripts/fuzz and of the folder with the seeds.
  public var description: String { rawValue }
}

/// Something that must hold whatever the bytes are, and did not.
public struct BrokenPromise: Error, CustomStringConvertible {
  /// What did not hold.
  public let description: String
}

/// Throws unless `condition` holds.
func promise(_ condition: Bool, _ description: @autoclosure () -> String) throws(BrokenPromise) {
  if !condition { throw BrokenPromise(description: description()) }
}

/// Reads an input's first bytes, which choose how the rest is fed.
struct InputReader {
  private(set) var rest: ArraySlice<UInt8>

  init(_ bytes: [UInt8]) { rest = bytes[...] }

  /// The next byte; 0 where there is none.
  mutating func byte() -> UInt8 { rest.popFirst() ?? 0 }

  /// The next eight bytes, as far as there are any, the highest first.
  mutating func word() -> UInt64 { (0..<8).reduce(0) { word, _ in word << 8 | UInt64(byte()) } }

  /// The text up to the next byte of 0, or to the end; what is not UTF-8 is replaced.
  mutating func text() -> String {
    let text = rest.prefix { $0 != 0 }
    rest = rest.dropFirst(text.count + 1)
    return String(decoding: text, as: UTF8.self)
  }
}

extension [UInt8] {
  /// The ranges of pieces of `size` bytes, and of what is left.
  func pieces(of size: Int) -> [Range<Int>] {
    stride(from: 0, to: count, by: size).map { $0..<Swift.min($0 + size, count) }
  }
}
