/// Tokens that were verified, so that a caller's next call costs a look-up and not a signature.
///
/// Two generations bound it: when the young one is full it becomes the old one, and the former
/// old one is forgotten. A hit among the old moves to the young, so tokens in use stay, and every
/// operation takes constant time.
struct TokenCache {
  private struct Entry {
    var principal: Principal
    var expiry: Double
  }

  private let generationSize: Int
  private var young: [String: Entry] = [:]
  private var old: [String: Entry] = [:]

  init(capacity: Int) {
    precondition(capacity >= 2, "a cache of tokens holds at least two")
    generationSize = capacity / 2
  }

  var count: Int { young.count + old.count }

  /// The caller that the token was verified for, unless it has expired by `now`.
  mutating func principal(for token: String, now: Double) -> Principal? {
    if let entry = young[token] {
      if now < entry.expiry { return entry.principal }
      young[token] = nil
    } else if let entry = old.removeValue(forKey: token), now < entry.expiry {
      insert(entry, for: token)
      return entry.principal
    }
    return nil
  }

  mutating func remember(_ principal: Principal, for token: String, until expiry: Double) {
    old[token] = nil
    insert(Entry(principal: principal, expiry: expiry), for: token)
  }

  private mutating func insert(_ entry: Entry, for token: String) {
    if young.count >= generationSize, young[token] == nil {
      old = young
      young = [:]
    }
    young[token] = entry
  }
}
