internal import SwiftASN1
internal import X509

/// What clients may call the server, as its certificate's subject alternative names.
struct ServerNames {
  let names: [GeneralName]

  init(hostName: String) {
    var dns = ["localhost"]
    let hostName = hostName.lowercased()
    if hostName != "localhost", Self.isHostName(hostName) { dns.append(hostName) }
    let loopback6 = [UInt8](repeating: 0, count: 15) + [1]
    names =
      dns.map(GeneralName.dnsName)
      + [[127, 0, 0, 1], loopback6].map { .ipAddress(ASN1OctetString(contentBytes: $0[...])) }
  }

  /// Whether a name can stand in a certificate: labels of 1 to 63 letters, digits and inner
  /// hyphens, 253 characters in all (RFC 1123, 2.1), and a last label that isn't a number, which
  /// would make it look like an address.
  static func isHostName(_ name: String) -> Bool {
    let labels = name.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard name.utf8.count <= 253, labels.allSatisfy(isLabel), let last = labels.last else {
      return false
    }
    return !last.allSatisfy(isDigit)
  }

  private static func isLabel(_ label: Substring.UTF8View) -> Bool {
    (1...63).contains(label.count)
      && label.first != UInt8(ascii: "-") && label.last != UInt8(ascii: "-")
      && label.allSatisfy { isDigit($0) || isLetter($0) || $0 == UInt8(ascii: "-") }
  }

  private static func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }

  private static func isLetter(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
  }
}
