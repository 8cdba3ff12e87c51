import assert from 'node:assert/strict'
import { afterEach, beforeEach, test } from 'node:test'
import type { FastifyInstance } from 'fastify'
import { pino } from 'pino'
import { Flags } from '../src/flags.ts'
import { createServer } from '../src/server.ts'

let app: FastifyInstance
let lines: string[]

beforeEach(() => {
  lines = []
  app = createServer(new Flags(2), pino({ level: 'info' }, { write: (line: string) => void lines.push(line) }))
})
afterEach(() => app.close())

function put(name: string, body: object) {
  return app.inject({ method: 'PUT', url: `/flags/${name}`, payload: body })
}

test('a flag is set, asked, listed and removed', async () => {
  assert.equal((await put('new-cart', { enabled: true })).statusCode, 200)
  assert.deepEqual((await app.inject('/flags/new-cart?subject=user-1')).json(), { name: 'new-cart', on: true })
  assert.deepEqual((await app.inject('/flags')).json(), [{ name: 'new-cart', enabled: true, rollout: 100 }])
  assert.equal((await app.inject({ method: 'DELETE', url: '/flags/new-cart' })).statusCode, 204)
  assert.equal((await app.inject('/flags/new-cart?subject=user-1')).statusCode, 404)
  assert.equal((await app.inject({ method: 'DELETE', url: '/flags/new-cart' })).statusCode, 404)
})

test('bad requests are refused', async () => {
  assert.equal((await put('Not_A_Name', { enabled: true })).statusCode, 400)
  assert.equal((await put('a', {})).statusCode, 400)
  assert.equal((await put('a', { enabled: true, rollout: 101 })).statusCode, 400)
  assert.equal((await app.inject('/flags/a')).statusCode, 400)
  await put('a', { enabled: true })
  await put('b', { enabled: true })
  assert.equal((await put('c', { enabled: true })).statusCode, 507)
})

test('it is ready while it listens', async () => {
  assert.equal((await app.inject('/health')).statusCode, 200)
  assert.equal((await app.inject('/ready')).statusCode, 503)
  await app.listen({ host: '127.0.0.1', port: 0 })
  assert.equal((await app.inject('/ready')).statusCode, 200)
})

test('metrics and logs name routes, not paths', async () => {
  await put('new-cart', { enabled: true })
  await app.inject('/nowhere')
  const metrics = (await app.inject('/metrics')).body
  assert.match(metrics, /http_requests_total\{method="PUT",route="\/flags\/:name",status="200"\} 1/)
  assert.match(metrics, /http_requests_total\{method="GET",route="unmatched",status="404"\} 1/)
  assert.match(metrics, /^flags 1$/m)
  const entries = lines.map((line) => JSON.parse(line) as { msg: string; route?: string })
  assert.deepEqual(
    entries.filter((entry) => entry.msg === 'request').map((entry) => entry.route),
    ['/flags/:name', 'unmatched'],
  )
})
