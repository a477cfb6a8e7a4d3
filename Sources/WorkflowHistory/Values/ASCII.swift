/// The byte of an ASCII character.
@inline(__always)
func ascii(_ character: Unicode.Scalar) -> UInt8 { UInt8(truncatingIfNeeded: character.value) }

/// Whether the byte is one of `0` to `9`.
@inline(__always)
func isDigit(_ byte: UInt8) -> Bool { byte &- ascii("0") < 10 }

/// The value of a hexadecimal digit in either case, or nil.
@inline(__always)
func hexadecimalDigit(_ byte: UInt8) -> UInt8? {
  switch byte {
  case ascii("0")...ascii("9"): byte - ascii("0")
  case ascii("a")...ascii("f"): byte - ascii("a") + 10
  case ascii("A")...ascii("F"): byte - ascii("A") + 10
  default: nil
  }
}

/// Whether the byte is white space: a space, tab, line feed or carriage return.
@inline(__always)
func isSpace(_ byte: UInt8) -> Bool {
  byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09
}

/// Whether the byte is an ASCII letter or digit.
@inline(__always)
func isAlphanumeric(_ byte: UInt8) -> Bool {
  isDigit(byte) || (ascii("a")...ascii("z")).contains(byte | 0x20)
}
