import { pino, type Logger } from 'pino'

export type { Logger }

/** Names of fields whose values never reach a log. */
const secretFields = ['password', 'secret', 'token', 'key', 'credential', 'authorization']

/**
 * Structured logs on standard error, one JSON document per line. `level` is a pino level.
 * A function, because Dagger imports every file of this module at every call.
 */
export function createLogger(level: string): Logger {
  return pino(
    {
      level,
      base: null,
      redact: { paths: secretFields.flatMap((field) => [field, `*.${field}`]), censor: '[redacted]' },
    },
    pino.destination({ fd: 2, sync: true }),
  )
}
