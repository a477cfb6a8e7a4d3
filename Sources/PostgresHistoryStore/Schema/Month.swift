internal import WorkflowHistory

/// A month of the calendar in UTC: the span of one partition.
struct Month: Hashable {
  /// Months since January of the year 0.
  var number: Int

  init(year: Int, month: Int) { number = year * 12 + month - 1 }

  /// The month that an instant lies in.
  init(of instant: Timestamp) {
    // Days since 0000-03-01, in the proleptic Gregorian calendar: its years end with February, and
    // its eras of 400 years have 146,097 days each.
    let day = Int(instant.microseconds.flooredQuotient(dividingBy: 86_400_000_000)) + 719_468
    let era = Int(Int64(day).flooredQuotient(dividingBy: 146_097))
    let dayOfEra = day - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    let year = era * 400 + yearOfEra + (monthFromMarch >= 10 ? 1 : 0)
    self.init(year: year, month: monthFromMarch >= 10 ? monthFromMarch - 9 : monthFromMarch + 3)
  }

  /// The months from two before an instant to two after it: a client's id may be 31 days old, and
  /// the months ahead leave time to notice that nobody makes them.
  static func around(_ instant: Timestamp) -> [Month] {
    let middle = Month(of: instant)
    return (-2...2).map { middle + $0 }
  }

  static func + (month: Month, more: Int) -> Month {
    var sum = month
    sum.number += more
    return sum
  }

  var year: Int { Int(Int64(number).flooredQuotient(dividingBy: 12)) }
  var month: Int { number - year * 12 + 1 }

  /// Its first instant.
  var start: Timestamp {
    let marchYear = month <= 2 ? year - 1 : year
    let era = Int(Int64(marchYear).flooredQuotient(dividingBy: 400))
    let yearOfEra = marchYear - era * 400
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    let day = era * 146_097 + dayOfEra - 719_468
    return Timestamp(microseconds: Int64(day) * 86_400_000_000)
  }
}

extension Int64 {
  /// The quotient rounded towards negative infinity.
  func flooredQuotient(dividingBy divisor: Int64) -> Int64 {
    let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? quotient - 1 : quotient
  }
}
