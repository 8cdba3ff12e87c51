import { mkdtempSync, rmSync } from 'node:fs'
import { createServer as createHttp2Server } from 'node:http2'
import { createServer, type AddressInfo, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { requireEngine, requireEngineVersion } from '../../../../ci/run/engine-answers.ts'

/** A socket in a directory of its own, where a server listens that speaks as it is told. */
async function listening(server: Server): Promise<string> {
  const directory = mkdtempSync(join(tmpdir(), 'loadline-'))
  const path = join(directory, 'engine.sock')
  await new Promise<void>((resolve) => server.listen(path, resolve))
  onTestFinished(() => {
    server.close()
    rmSync(directory, { recursive: true })
  })
  return `unix://${path}`
}

describe('an engine that is given', () => {
  it('is one where it says its version', async () => {
    const engine = createHttp2Server((request, response) => {
      request.resume()
      response.writeHead(200, { 'content-type': 'application/grpc' })
      response.addTrailers({ 'grpc-status': '0' })
      response.end(Buffer.concat([Buffer.from([0, 0, 0, 0, 9]), Buffer.from([10, 7]), Buffer.from('v0.21.8')]))
    })
    await expect(requireEngine(await listening(engine))).resolves.toBeUndefined()
  })

  it.each(['v0.20.1', 'v0.21.7', 'v0.22.0', 'v0.21.8-dev'])(
    'is of the version of the SDK, and not %s [fault 60]',
    (version) => {
      expect(() => requireEngineVersion('v0.21.8', 'unix:///engine.sock')).not.toThrow()
      expect(() => requireEngineVersion(version, 'unix:///engine.sock')).toThrow(
        `expected engine version v0.21.8 at unix:///engine.sock, found ${version}`,
      )
    },
  )

  it.each([
    ['HTTP', 'HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n'],
    ['SSH', 'SSH-2.0-OpenSSH_9.2\r\n'],
    ['nothing', ''],
  ])('is none where somebody answers in %s [fault 60]', async (_, words) => {
    const address = await listening(createServer((socket) => socket.on('error', () => undefined).end(words)))
    await expect(requireEngine(address)).rejects.toMatchObject({
      code: 'ENGINE',
      message: `something other than a Dagger engine answers at ${address}`,
    })
  })

  it('is none if nothing listens [fault 60]', async () => {
    await expect(requireEngine('unix:///nowhere/engine.sock')).rejects.toMatchObject({
      code: 'ENGINE',
      message: 'no Dagger engine answers at unix:///nowhere/engine.sock (ENOENT)',
    })
  })

  it.each([
    'localhost:1234',
    'tpc://10.0.0.7:1234',
    'http://10.0.0.7:1234',
    'tcp://',
    'kubepod://engine',
    'dagger.internal',
  ])('is none where %s is no address that Dagger knows', async (address) => {
    await expect(requireEngine(address)).rejects.toMatchObject({
      code: 'USAGE',
      message: `expected the address of a Dagger engine, found "${address}"`,
      hint: expect.stringContaining('kube-pod://POD'),
    })
  })

  it.each([
    'ssh://builder',
    'kube-pod://engine-0?namespace=dagger',
    'docker-container://dagger-engine',
    'container+podman://engine',
    'image://registry.example.com/dagger/engine:v0.21.8',
  ])('at %s is left to the Dagger CLI', async (address) => {
    await expect(requireEngine(address)).resolves.toBeUndefined()
  })

  it('behind TLS is there where somebody opens, whatever the certificates are that its address names', async () => {
    const server = createServer((socket) => socket.on('error', () => undefined).end())
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    const address = `tls://127.0.0.1:${port}?ca_path=authority.pem`
    await expect(requireEngine(address)).resolves.toBeUndefined()
    await new Promise((resolve) => server.close(resolve))
    await expect(requireEngine(address)).rejects.toMatchObject({
      code: 'ENGINE',
      message: `no Dagger engine answers at ${address} (ECONNREFUSED)`,
    })
  })
})
