import { createHash } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { daggerCli } from '../../../../ci/run/dagger-cli.ts'
import { pinsOf } from '../../../../src/tools/pins.ts'

const directory = mkdtempSync(join(tmpdir(), 'loadline-'))
const platform = 'linux/amd64'
let server: Server
let site: string
let archive: Buffer
let asked: string[]
let cache: string

beforeAll(async () => {
  const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1']
  const [key, certificate] = [join(directory, 'key.pem'), join(directory, 'certificate.pem')]
  await execa('openssl', [
    'req',
    '-x509',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-days',
    '2',
    '-keyout',
    key,
    '-out',
    certificate,
    ...subject,
  ])
  writeFileSync(join(directory, 'dagger'), '#!/bin/sh\necho a Dagger CLI\n')
  chmodSync(join(directory, 'dagger'), 0o755)
  await execa('tar', ['--create', '--gzip', '--file', 'dagger.tar.gz', 'dagger'], { cwd: directory })
  archive = readFileSync(join(directory, 'dagger.tar.gz'))
  server = createServer({ key: readFileSync(key), cert: readFileSync(certificate) }, (request, response) => {
    asked.push(request.url ?? '')
    if (request.url?.startsWith('/away/') === true) response.writeHead(503).end()
    else response.end(archive)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  site = `https://127.0.0.1:${(server.address() as AddressInfo).port}`
  process.env['CURL_CA_BUNDLE'] = certificate
})

afterAll(() => {
  server.close()
  delete process.env['CURL_CA_BUNDLE']
  rmSync(directory, { recursive: true })
})

beforeEach(() => {
  asked = []
  cache = mkdtempSync(join(directory, 'cache-'))
})

const { cli } = pinsOf()
const digest = () => `sha256:${createHash('sha256').update(archive).digest('hex')}`
const find = (checksum: string, from: string[], env: NodeJS.ProcessEnv = {}) =>
  daggerCli(
    { cli: { ...cli, archives: { [platform]: checksum } } },
    { say: () => undefined, from, platform, env: { LOADLINE_CACHE: cache, ...env } },
  )

describe('the Dagger CLI', () => {
  it('is fetched once by its checksum, kept, and used where its site is away [fault 92]', async () => {
    const path = await find(digest(), [`${site}/releases`])
    expect((await execa(path)).stdout).toBe('a Dagger CLI')
    expect(asked).toEqual([`/releases/dagger_v${cli.version}_linux_amd64.tar.gz`])
    expect(await find(digest(), ['https://nowhere.invalid'])).toBe(path)
    expect(asked).toHaveLength(1)
  })

  it('is fetched from the next address where the first is away [fault 92]', async () => {
    await find(digest(), [`${site}/away`, `${site}/releases`])
    expect(asked.at(-1)).toMatch(/^\/releases\//)
  })

  it('that is another than the pinned one is neither kept nor run', async () => {
    const found = find(`sha256:${'0'.repeat(64)}`, [`${site}/releases`])
    await expect(found).rejects.toMatchObject({ message: expect.stringContaining(digest()) })
    expect(existsSync(join(cache, 'dagger', cli.version, 'linux-amd64', 'dagger'))).toBe(false)
  })

  it('that cannot be fetched says why for each address, and what to do [fault 92]', async () => {
    await expect(find(digest(), [`${site}/away`, 'https://nowhere.invalid'])).rejects.toMatchObject({
      code: 'PREREQUISITE',
      message: expect.stringMatching(/cannot be fetched \(127\.0\.0\.1:\d+: .*503.*; nowhere\.invalid: .*\)/),
    })
  })

  it('that the environment names is taken as it is', async () => {
    expect(await find('sha256:', [], { _EXPERIMENTAL_DAGGER_CLI_BIN: '/opt/dagger' })).toBe('/opt/dagger')
  })

  it('is named as missing for a platform without a checksum', async () => {
    const found = daggerCli({ cli }, { say: () => undefined, platform: 'win32/amd64', env: { LOADLINE_CACHE: cache } })
    await expect(found).rejects.toThrow('no checksum of the Dagger CLI')
  })

  it('is not mistaken for one that a run left behind half done', async () => {
    mkdirSync(join(cache, 'dagger', cli.version, 'linux-amd64', 'unfinished-x'), { recursive: true })
    await find(digest(), [`${site}/releases`])
    expect(asked).toHaveLength(1)
  })
})
