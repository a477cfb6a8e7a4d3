import Foundation
import PrometheusMetrics

/// What the system knows of the process, under the names that Prometheus' clients have for it
/// (https://prometheus.io/docs/instrumenting/writing_clientlibs/#process-metrics). What a system does not
/// say is left out.
enum ProcessFigures {
  /// As POSIX has it (clock(3)).
  private static let clocksPerSecond = 1e6

  /// Is called when the process begins.
  static func observe(with registry: MetricsRegistry) {
    // The system counts it from the machine's start, which a sandbox may hide (systemd's ProcSubset=pid).
    let start = Date().timeIntervalSince1970
    registry.observe("process.start_time") { start }
    registry.observe("process.cpu") { Double(clock()) / clocksPerSecond }
    registry.observe("process.open_fds") { Double(openFiles()) }
    registry.observe("process.max_fds") { Double(sysconf(Int32(_SC_OPEN_MAX))) }
    #if os(Linux)
      let pageSize = Double(sysconf(Int32(_SC_PAGESIZE)))
      registry.observe("process.threads") { status(.threads) }
      registry.observe("process.virtual_memory") { status(.virtualBytes) }
      registry.observe("process.resident_memory") { status(.residentPages) * pageSize }
    #endif
  }

  private static func openFiles() -> Int {
    let files = FileManager.default
    #if os(Linux)
      let path = "/proc/self/fd"
      // From Linux 6.2 on it is the size of the directory.
      let size = (try? files.attributesOfItem(atPath: path))?[.size] as? UInt64 ?? 0
      if size > 0 { return Int(size) }
    #else
      let path = "/dev/fd"
    #endif
    // Without the directory itself.
    return ((try? files.contentsOfDirectory(atPath: path)) ?? []).count - 1
  }

  #if os(Linux)
    /// The fields of /proc/PID/stat (proc_pid_stat(5)), by their numbers there.
    private enum StatusField: Int {
      case threads = 20
      case virtualBytes = 23
      case residentPages = 24
    }

    private static func status(_ field: StatusField) -> Double {
      let text = (try? String(contentsOfFile: "/proc/self/stat", encoding: .utf8)) ?? ""
      // The second field is the program's name, in parentheses, and may have spaces.
      let fields = text.suffix(from: text.lastIndex(of: ")") ?? text.endIndex).split(separator: " ")
      let index = field.rawValue - 2
      return fields.indices.contains(index) ? Double(fields[index]) ?? .nan : .nan
    }
  #endif
}
