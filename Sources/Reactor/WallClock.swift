internal import CLibuv

/// The machine's clock, which may be set forth and back.
public enum WallClock {
  /// Whole seconds since 1970.
  public static var secondsSince1970: Int64 {
    var time = uv_timeval64_t()
    uv_gettimeofday(&time)
    return time.tv_sec
  }
}
