import { pino } from 'pino'
import { Flags } from './flags.ts'
import { createServer } from './server.ts'
import { readSettings, type Settings } from './settings.ts'

const settings = settingsOrExit()
const log = pino({
  level: settings.logLevel,
  timestamp: pino.stdTimeFunctions.isoTime,
  formatters: { level: (label) => ({ level: label }) },
})
const app = createServer(new Flags(settings.flagsLimit), log)

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => {
    log.info({ signal }, 'shutting down')
    app.close().then(
      () => log.info('shut down'),
      (error: unknown) => {
        log.error(error, 'shutdown failed')
        process.exitCode = 1
      },
    )
  })
}

try {
  await app.listen({ host: '0.0.0.0', port: settings.port })
} catch (error) {
  log.fatal(error, 'cannot serve')
  process.exitCode = 1
}

function settingsOrExit(): Settings {
  try {
    return readSettings(process.env)
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
    process.exit(2)
  }
}
