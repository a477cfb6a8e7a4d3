import Testing

@testable import Identity

@Suite("The cache of verified tokens")
struct TokenCacheTests {
  let ann = Principal(userID: "ann", scopes: [.historyWrite])

  @Test("holds no more than its capacity", arguments: [2, 3, 10, 64])
  func bounded(capacity: Int) {
    var cache = TokenCache(capacity: capacity)
    for number in 0..<(capacity * 5) {
      cache.remember(ann, for: bytes("token \(number)"), until: 100)
      #expect(cache.count <= capacity)
    }
    #expect(cache.principal(of: "token \(capacity * 5 - 1)", now: 0) == ann)
    #expect(cache.principal(of: "token 0", now: 0) == nil)
  }

  @Test("keeps a token that is in use, while others come and go")
  func inUse() {
    var cache = TokenCache(capacity: 8)
    cache.remember(ann, for: bytes("used"), until: 100)
    for number in 0..<100 {
      cache.remember(Principal(userID: "\(number)"), for: bytes("token \(number)"), until: 100)
      #expect(cache.principal(of: "used", now: 0) == ann)
      #expect(cache.count <= 8)
    }
  }

  @Test("holds half of its capacity at least, whatever came before")
  func recentStay() {
    var cache = TokenCache(capacity: 10)
    for number in 0..<37 {
      cache.remember(ann, for: bytes("token \(number)"), until: 100)
      for recent in max(0, number - 4)...number {
        var look = cache
        #expect(look.principal(of: "token \(recent)", now: 0) == ann)
      }
    }
  }

  @Test("forgets a token at the instant it expires, whichever generation holds it")
  func expiry() {
    for later in 0...3 {
      var cache = TokenCache(capacity: 4)
      cache.remember(ann, for: bytes("short"), until: 50)
      for number in 0..<later { cache.remember(ann, for: bytes("token \(number)"), until: 100) }
      var look = cache
      #expect(look.principal(of: "short", now: 49.9) == ann)
      #expect(cache.principal(of: "short", now: 50) == nil)
      #expect(cache.principal(of: "short", now: 49.9) == nil)
    }
  }

  @Test("takes no token for another whose end is the same, or that is longer")
  func similar() {
    var cache = TokenCache(capacity: 4)
    cache.remember(ann, for: bytes("a.b.signature"), until: 100)
    for other in ["A.b.signature", "b.signature", "aa.b.signature", "signature", ""] {
      #expect(cache.principal(of: other, now: 0) == nil)
    }
    #expect(cache.principal(of: "a.b.signature", now: 0) == ann)
    cache.remember(Principal(userID: "bob"), for: bytes("A.b.signature"), until: 100)
    #expect(cache.principal(of: "a.b.signature", now: 0) == nil)
    #expect(cache.count <= 4)
  }

  @Test("takes what was said of a token last")
  func renewed() {
    var cache = TokenCache(capacity: 4)
    let bob = Principal(userID: "bob")
    cache.remember(ann, for: bytes("token"), until: 50)
    for number in 0..<2 { cache.remember(ann, for: bytes("other \(number)"), until: 100) }
    cache.remember(bob, for: bytes("token"), until: 80)
    #expect(cache.principal(of: "token", now: 60) == bob)
    #expect(cache.principal(of: "token", now: 80) == nil)
  }
}

extension TokenCache {
  fileprivate mutating func principal(of token: String, now: Double) -> Principal? {
    principal(for: bytes(token).span, now: now)
  }
}

/// A token's bytes.
private func bytes(_ token: String) -> [UInt8] { Array(token.utf8) }
