import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const template = (name: string) => fileURLToPath(new URL(`../../../src/scaffold/templates/${name}`, import.meta.url))

/** Those that run from source; the others are compiled by the engine tests. */
const programs = [
  ['node', template('healthcheck.mjs')],
  ['python3', template('healthcheck.py')],
] as const

describe.each(programs)('the health check for %s', (interpreter, program) => {
  let server: Server
  let address: string
  const ask = (path: string) =>
    execa(interpreter, [program, `${address}${path}`], { reject: false, env: { http_proxy: 'http://127.0.0.1:1' } })

  beforeAll(async () => {
    server = createServer((request, response) => response.writeHead(request.url === '/health' ? 200 : 503).end())
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
    address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  })
  afterAll(() => server.close())

  it('ends with 0 for an answer of 200, also where the environment names a proxy', async () => {
    expect(await ask('/health')).toMatchObject({ exitCode: 0, stderr: '' })
  })

  it('ends with 0 for a connection, and with 1 where none is taken, if it is asked for no more', async () => {
    const connect = (to: string) => execa(interpreter, [program, to], { reject: false })
    expect(await connect(address.replace('http', 'tcp'))).toMatchObject({ exitCode: 0, stderr: '' })
    expect(await connect('tcp://127.0.0.1:1')).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('no answer') as string,
    })
  })

  it('ends with 1 for another answer, and says which', async () => {
    expect(await ask('/ready')).toMatchObject({ exitCode: 1, stderr: 'answered 503' })
  })

  it('ends with 1 where nothing listens', async () => {
    expect(await execa(interpreter, [program, 'http://127.0.0.1:1/health'], { reject: false })).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('no answer') as string,
    })
  })
})
