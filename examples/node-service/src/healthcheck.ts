import { get } from 'node:http'
import { readSettings } from './settings.ts'

// The image's HEALTHCHECK: exits 0 when the process answers /health.
const request = get(
  { host: '127.0.0.1', port: readSettings(process.env).port, path: '/health', timeout: 2000 },
  (response) => {
    response.resume()
    if (response.statusCode !== 200) fail(`/health answered ${response.statusCode}`)
  },
)
request.on('timeout', () => request.destroy(new Error('timed out')))
request.on('error', (error) => fail(`no answer: ${error.message}`))

function fail(message: string): void {
  process.stderr.write(`${message}\n`)
  process.exitCode = 1
}
