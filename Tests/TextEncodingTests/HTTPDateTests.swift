import Testing
import TextEncoding

@Suite("A date of HTTP")
struct HTTPDateTests {
  @Test(
    "is the weekday, the date and the time in GMT",
    arguments: [
      (0, "Thu, 01 Jan 1970 00:00:00 GMT"), (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"),
      (1_709_251_199, "Thu, 29 Feb 2024 23:59:59 GMT"),
      (1_709_251_200, "Fri, 01 Mar 2024 00:00:00 GMT"),
      (253_402_300_799, "Fri, 31 Dec 9999 23:59:59 GMT"),
    ])
  func texts(seconds: Int64, text: String) { #expect(HTTPDate.text(seconds: seconds) == text) }
}
