import Testing

@testable import Identity

@Suite("The cache of verified tokens")
struct TokenCacheTests {
  let ann = Principal(userID: "ann", scopes: [.historyWrite])

  @Test("holds no more than its capacity", arguments: [2, 3, 10, 64])
  func bounded(capacity: Int) {
    var cache = TokenCache(capacity: capacity)
    for number in 0..<(capacity * 5) {
      cache.remember(ann, for: "token \(number)", until: 100)
      #expect(cache.count <= capacity)
    }
    #expect(cache.principal(for: "token \(capacity * 5 - 1)", now: 0) == ann)
    #expect(cache.principal(for: "token 0", now: 0) == nil)
  }

  @Test("keeps a token that is in use, while others come and go")
  func inUse() {
    var cache = TokenCache(capacity: 8)
    cache.remember(ann, for: "used", until: 100)
    for number in 0..<100 {
      cache.remember(Principal(userID: "\(number)"), for: "token \(number)", until: 100)
      #expect(cache.principal(for: "used", now: 0) == ann)
      #expect(cache.count <= 8)
    }
  }

  @Test("holds half of its capacity at least, whatever came before")
  func recentStay() {
    var cache = TokenCache(capacity: 10)
    for number in 0..<37 {
      cache.remember(ann, for: "token \(number)", until: 100)
      for recent in max(0, number - 4)...number {
        var look = cache
        #expect(look.principal(for: "token \(recent)", now: 0) == ann)
      }
    }
  }

  @Test("forgets a token at the instant it expires, whichever generation holds it")
  func expiry() {
    for later in 0...3 {
      var cache = TokenCache(capacity: 4)
      cache.remember(ann, for: "short", until: 50)
      for number in 0..<later { cache.remember(ann, for: "token \(number)", until: 100) }
      var look = cache
      #expect(look.principal(for: "short", now: 49.9) == ann)
      #expect(cache.principal(for: "short", now: 50) == nil)
      #expect(cache.principal(for: "short", now: 49.9) == nil)
    }
  }

  @Test("takes what was said of a token last")
  func renewed() {
    var cache = TokenCache(capacity: 4)
    let bob = Principal(userID: "bob")
    cache.remember(ann, for: "token", until: 50)
    for number in 0..<2 { cache.remember(ann, for: "other \(number)", until: 100) }
    cache.remember(bob, for: "token", until: 80)
    #expect(cache.principal(for: "token", now: 60) == bob)
    #expect(cache.principal(for: "token", now: 80) == nil)
  }
}
