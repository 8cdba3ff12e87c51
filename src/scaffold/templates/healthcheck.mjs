// The image's health check: exits 0 if the URL in its argument answers 200 within two seconds, or if tcp://HOST:PORT takes a connection. Needs no shell and no package.
import { get } from 'node:http'
import { connect } from 'node:net'

const { protocol, hostname: host, port } = new URL(process.argv[2])
const request =
  protocol === 'tcp:'
    ? connect({ host, port: Number(port), timeout: 2000 }, () => request.destroy())
    : get(process.argv[2], { timeout: 2000 }, (response) => {
        response.resume()
        if (response.statusCode !== 200) fail(`answered ${response.statusCode}`)
      })
request.on('timeout', () => request.destroy(new Error('timed out')))
request.on('error', (error) => fail(`no answer: ${error.message}`))

function fail(message) {
  process.stderr.write(`${message}\n`)
  process.exitCode = 1
}
