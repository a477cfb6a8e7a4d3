/// The cluster's settings, written at each start, so that a new release of ours brings its own.
enum ClusterSettings {
  static let fileName = "workflow_history.conf"

  /// What is put in place of initdb's `postgresql.conf`.
  static let main = """
    # Made by workflow-history, which rewrites \(fileName) at each start.
    # Settings of your own go below the include: the last one counts.
    include '\(fileName)'

    """

  /// Whoever can reach the socket is trusted; see SocketDirectory.
  static let authentication = """
    # Only the Unix socket is served, in a directory that only Postgres's user can enter.
    local all all trust

    """

  static func text(socketDirectory: String) -> String {
    """
    listen_addresses = ''
    port = \(SocketDirectory.port)
    unix_socket_directories = '\(quoted(socketDirectory))'
    unix_socket_permissions = 0700
    max_connections = 200

    fsync = on
    synchronous_commit = on
    full_page_writes = on
    wal_compression = on
    max_wal_size = 2GB
    min_wal_size = 256MB
    checkpoint_timeout = 15min

    shared_buffers = 256MB
    work_mem = 8MB
    maintenance_work_mem = 128MB
    random_page_cost = 1.1
    jit = off

    autovacuum_naptime = 15s
    autovacuum_vacuum_scale_factor = 0.05
    autovacuum_vacuum_insert_scale_factor = 0.1
    autovacuum_analyze_scale_factor = 0.05

    timezone = 'UTC'
    log_timezone = 'UTC'
    log_checkpoints = off

    """
  }

  /// Text inside single quotes in a settings file. The setting is a list, so the path stands in
  /// double quotes too.
  private static func quoted(_ path: String) -> String {
    "\"\(path.replacing("\"", with: "\"\""))\""
      .replacing("\\", with: "\\\\").replacing("'", with: "''")
  }
}
