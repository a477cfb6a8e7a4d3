/// Tokens that were verified, so that a caller's next call costs a look-up and not a signature.
///
/// Two generations bound it: when the young one is full it becomes the old one, and the former
/// old one is forgotten. A hit among the old moves to the young, so tokens in use stay, and every
/// operation takes constant time.
///
/// A token is looked up by its last bytes, which are of its signature and so differ, and is then
/// compared whole, in a time that does not tell how much of it was right. Of two with the same last
/// bytes only one is remembered.
struct TokenCache {
  private struct Entry {
    var token: [UInt8]
    var principal: Principal
    var expiry: Double
  }

  private let generationSize: Int
  private var young: [UInt64: Entry] = [:]
  private var old: [UInt64: Entry] = [:]

  init(capacity: Int) {
    precondition(capacity >= 2, "a cache of tokens holds at least two")
    generationSize = capacity / 2
  }

  var count: Int { young.count + old.count }

  /// The caller that the token was verified for, unless it has expired by `now`.
  mutating func principal(for token: Span<UInt8>, now: Double) -> Principal? {
    let key = Self.key(of: token)
    if let entry = young[key] {
      guard Self.areEqual(entry.token.span, token) else { return nil }
      if now < entry.expiry { return entry.principal }
      young[key] = nil
    } else if let entry = old[key], Self.areEqual(entry.token.span, token) {
      old[key] = nil
      guard now < entry.expiry else { return nil }
      insert(entry, at: key)
      return entry.principal
    }
    return nil
  }

  mutating func remember(_ principal: Principal, for token: [UInt8], until expiry: Double) {
    let key = Self.key(of: token.span)
    old[key] = nil
    insert(Entry(token: token, principal: principal, expiry: expiry), at: key)
  }

  mutating func removeAll() {
    young = [:]
    old = [:]
  }

  private mutating func insert(_ entry: Entry, at key: UInt64) {
    if young.count >= generationSize, young[key] == nil {
      old = young
      young = [:]
    }
    young[key] = entry
  }

  private static func key(of token: Span<UInt8>) -> UInt64 {
    var key: UInt64 = 0
    for index in max(0, token.count - 8)..<token.count { key = key << 8 | UInt64(token[index]) }
    return key
  }

  private static func areEqual(_ a: Span<UInt8>, _ b: Span<UInt8>) -> Bool {
    guard a.count == b.count else { return false }
    var difference: UInt8 = 0
    for index in a.indices { difference |= a[index] ^ b[index] }
    return difference == 0
  }
}
