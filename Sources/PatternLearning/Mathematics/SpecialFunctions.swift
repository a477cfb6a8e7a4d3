#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// The natural logarithm.
func ln(_ x: Double) -> Double { log(x) }

/// The inverse of ``ln(_:)``.
func exponential(_ x: Double) -> Double { exp(x) }

/// ln(1 - e^x) for x < 0, without cancellation at either end (Mächler 2012, "Accurately computing
/// log(1 - exp(-|a|))").
func lnOneMinusExponential(_ x: Double) -> Double {
  x > -0.693 ? log(-expm1(x)) : log1p(-exp(x))
}

/// The logarithm of the gamma function for x > 0, by Stirling's series (DLMF 5.11.1), after
/// stepping up (DLMF 5.5.1) to where its first four terms have the precision of a `Double`.
func lnGamma(_ x: Double) -> Double {
  var x = x
  var product = 1.0
  while x < 16 {
    product *= x
    x += 1
  }
  let square = x * x
  let series = (1 / 12 - (1 / 360 - (1 / 1260 - 1 / (1680 * square)) / square) / square) / x
  return (x - 0.5) * log(x) - x + 0.918_938_533_204_672_7 + series - log(product)
}

/// The logarithm of the number of ways to choose k of n.
func lnChoose(_ n: Int64, _ k: Int64) -> Double {
  lnGamma(Double(n) + 1) - lnGamma(Double(k) + 1) - lnGamma(Double(n - k) + 1)
}

/// The logarithm of the probability that a standard normal variable is at least z.
func lnNormalUpperTail(_ z: Double) -> Double {
  if z < 30 { return log(erfc(z / 2.0.squareRoot()) / 2) }
  // DLMF 7.12.1: far out erfc underflows, and its asymptotic series is exact.
  let square = z * z
  return -square / 2 - log(z * (2 * Double.pi).squareRoot()) + log1p(-1 / square)
}

/// The logarithm of the probability that a variable of Student's distribution is at least t.
func lnStudentUpperTail(_ t: Double, degreesOfFreedom: Double) -> Double {
  let half = log(0.5)
  if t < 0 {
    return lnOneMinusExponential(lnStudentUpperTail(-t, degreesOfFreedom: degreesOfFreedom))
  }
  let x = degreesOfFreedom / (degreesOfFreedom + t * t)
  return half + lnIncompleteBeta(x, degreesOfFreedom / 2, 0.5)
}

/// The logarithm of the regularised incomplete beta function.
private func lnIncompleteBeta(_ x: Double, _ a: Double, _ b: Double) -> Double {
  if x >= 1 { return 0 }
  if x > (a + 1) / (a + b + 2) {
    return lnOneMinusExponential(lnIncompleteBeta(1 - x, b, a))
  }
  let front = a * log(x) + b * log1p(-x) + lnGamma(a + b) - lnGamma(a) - lnGamma(b)
  return front - log(a) + log(betaContinuedFraction(x, a, b))
}

/// The continued fraction of DLMF 8.17.22, by the method of Lentz (1976).
private func betaContinuedFraction(_ x: Double, _ a: Double, _ b: Double) -> Double {
  let tiny = 1e-300
  func kept(_ value: Double) -> Double { abs(value) < tiny ? tiny : value }
  var c = 1.0
  var d = 1 / kept(1 - (a + b) * x / (a + 1))
  var fraction = d
  for step in 1...1000 {
    let m = Double(step)
    let even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
    let odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
    var change = 1.0
    for term in [even, odd] {
      d = 1 / kept(1 + term * d)
      c = kept(1 + term / c)
      change = c * d
      fraction *= change
    }
    if abs(change - 1) < 1e-15 { break }
  }
  return fraction
}
