/** postgresql.conf, whole; what isn't here has PostgreSQL's default, `fsync` and `synchronous_commit` too: on. */
export function serverSettings(clusterName: string): string {
  const settings: Readonly<Record<string, string>> = {
    // Shown in the titles of all its processes, so that they can be found when their parent was killed.
    cluster_name: clusterName,
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    password_encryption: 'scram-sha-256',
    max_connections: '100',

    shared_buffers: '256MB',
    // At full load a checkpoint every 2 minutes, not every 40 s; a crash has at most this much to go through again.
    max_wal_size: '2GB',
    // Kept for reuse: making new files costs the ingest more than writing into old ones.
    min_wal_size: '256MB',
    checkpoint_timeout: '10min',
    wal_compression: 'on',
    // Short queries: compiling them takes longer than running them.
    jit: 'off',
    // A statement that waits for a lock finds out that its client was killed, and frees its own locks.
    client_connection_check_interval: '1s',

    timezone: 'UTC',
    log_timezone: 'UTC',
    log_destination: 'stderr',
    log_line_prefix: '%m [%p] %q%a ',
    log_checkpoints: 'off',
    log_lock_waits: 'on',
    log_min_duration_statement: '5s',
    // No values of statements: they may be anybody's data.
    log_parameter_max_length: '0',
    log_parameter_max_length_on_error: '0',
  }
  return Object.entries(settings).map(([name, value]) => `${name} = '${value}'\n`).join('')
}

/** pg_hba.conf, whole: a password over TCP for everybody but the superuser, who has none and can't log in. */
export const ACCESS_RULES = `host all postgres all reject
host all all 127.0.0.1/32 scram-sha-256
`
