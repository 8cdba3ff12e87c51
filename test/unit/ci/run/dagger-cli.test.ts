import { createHash } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer as createHttpServer, type ServerResponse } from 'node:http'
import { createServer, type Server } from 'node:https'
import { createServer as createTcpServer, type AddressInfo, type Server as NetServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { Readable } from 'node:stream'
import { execFileSync } from 'node:child_process'
import { execa } from 'execa'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { daggerCli } from '../../../../ci/run/dagger-cli.ts'
import { pinsOf } from '../../../../src/tools/pins.ts'

const directory = mkdtempSync(join(tmpdir(), 'loadline-'))
const platform = 'linux/amd64'
let server: Server
let others: NetServer[]
/** Where the archive comes without encryption, and where nobody ever answers. */
let plain: string
let mute: string
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
    const how = request.url?.split('/')[1]
    if (how === 'away') response.writeHead(503).end()
    else if (how === 'stalls') response.write(archive.subarray(0, 10))
    else if (how === 'endless')
      Readable.from(endless())
        .pipe(response)
        .on('error', () => undefined)
    else if (how === 'drips') drip(response)
    else if (how === 'long') response.writeHead(200, { 'content-length': '900000000' }).write('x')
    else if (how === 'downgrades') response.writeHead(302, { location: `${plain}${request.url}` }).end()
    else response.end(archive)
  })
  const http = createHttpServer((request, response) => {
    asked.push(`unencrypted ${request.url}`)
    response.end(archive)
  })
  const silent = createTcpServer(() => undefined)
  others = [http, silent]
  const ports = await Promise.all(
    others.map(async (other) => {
      await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
      return (other.address() as AddressInfo).port
    }),
  )
  plain = `http://127.0.0.1:${ports[0]}`
  mute = `https://127.0.0.1:${ports[1]}`
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  site = `https://127.0.0.1:${(server.address() as AddressInfo).port}`
  process.env['CURL_CA_BUNDLE'] = certificate
})

afterAll(() => {
  server.closeAllConnections()
  for (const one of [server, ...others]) one.close()
  delete process.env['CURL_CA_BUNDLE']
  rmSync(directory, { recursive: true })
})

beforeEach(() => {
  asked = []
  told.splice(0)
  cache = mkdtempSync(join(directory, 'cache-'))
})

/** More than stalls, and far less than ends. */
function drip(response: ServerResponse): void {
  const drops = setInterval(() => response.write(Buffer.alloc(2_000)), 100)
  response.on('close', () => clearInterval(drops))
}

function* endless() {
  for (;;) yield Buffer.alloc(65_536)
}

const { cli } = pinsOf()
/** A second where people wait for a minute, and three where they wait for fifteen. */
const limits = { connect: 1, stall: 1, whole: 3, most: 1_000_000 }
const told: string[] = []
const digest = () => `sha256:${createHash('sha256').update(archive).digest('hex')}`
const find = (checksum: string, from: string[], env: NodeJS.ProcessEnv = {}) =>
  daggerCli(
    { cli: { ...cli, archives: { [platform]: checksum } } },
    { say: (line) => told.push(line), limits, from, platform, env: { LOADLINE_CACHE: cache, ...env } },
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

  it.each([
    ['stalls', /too slow/],
    ['endless', /at most 1000000 bytes, found more/],
    ['long', /[Mm]aximum file size/],
    ['downgrades', /[Pp]rotocol/],
  ])(
    'is fetched from the next address where the first %s, and nothing goes unencrypted [fault 92]',
    async (how, says) => {
      await expect(find(digest(), [`${site}/${how}`])).rejects.toMatchObject({ message: expect.stringMatching(says) })
      asked.splice(0)
      expect((await execa(await find(digest(), [`${site}/${how}`, `${site}/releases`]))).stdout).toBe('a Dagger CLI')
      expect(asked).toHaveLength(2)
      expect(asked.join(' ')).not.toContain('unencrypted')
    },
  )

  it('is fetched from the next address where the first drips and would for days [fault 92]', async () => {
    await find(digest(), [`${site}/drips`, `${site}/releases`])
    expect(asked).toHaveLength(2)
  })

  it('is fetched from the next address where the first never answers [fault 92]', async () => {
    await find(digest(), [mute, `${site}/releases`])
    expect(asked).toHaveLength(1)
  })

  it.each([
    ['program', (place: string) => writeFileSync(join(place, 'dagger'), '#!/bin/sh\necho another\n', { mode: 0o755 })],
    ['archive', (place: string) => writeFileSync(join(place, `dagger_v${cli.version}_linux_amd64.tar.gz`), 'another')],
    [
      'program, without an archive',
      (place: string) => rmSync(join(place, `dagger_v${cli.version}_linux_amd64.tar.gz`)),
    ],
    [
      'program, with an archive that has it',
      (place: string) => {
        writeFileSync(join(place, 'dagger'), '#!/bin/sh\necho another\n', { mode: 0o755 })
        execFileSync('tar', ['-czf', join(place, `dagger_v${cli.version}_linux_amd64.tar.gz`), '-C', place, 'dagger'])
      },
    ],
  ])(
    'that was kept is fetched anew, with one line said, where somebody has put another %s in its place',
    async (_, change) => {
      const path = await find(digest(), [`${site}/releases`])
      change(dirname(path))
      told.splice(0)
      expect(await find(digest(), [`${site}/releases`])).toBe(path)
      expect((await execa(path)).stdout).toBe('a Dagger CLI')
      expect(told[0]).toMatch(/is not the pinned one; fetching it again/)
      change(dirname(path))
      await expect(find(digest(), ['https://nowhere.invalid'])).rejects.toMatchObject({ code: 'PREREQUISITE' })
    },
  )

  it.each([
    ['its archive is missing', (_: string, keptArchive: string) => rmSync(keptArchive)],
    ['it is damaged', (program: string) => writeFileSync(program, 'damaged')],
    [
      'its archive is another, which is not unpacked',
      (_: string, keptArchive: string) => writeFileSync(keptArchive, ''),
    ],
  ])('that is installed is used where %s, although the site is away [fault 92]', async (_, change) => {
    const kept = await find(digest(), [`${site}/releases`])
    change(kept, join(dirname(kept), `dagger_v${cli.version}_linux_amd64.tar.gz`))
    const programs = mkdtempSync(join(directory, 'programs-'))
    const unpacked = join(programs, 'unpacked')
    const path = process.env['PATH']
    process.env['PATH'] = `${programs}:${path}`
    const installed = (version: string) =>
      writeFileSync(join(programs, 'dagger'), `#!/bin/sh\necho 'dagger v${version} (x)'\n`, { mode: 0o755 })
    const real = execFileSync('which', ['tar'], { encoding: 'utf8' }).trim()
    writeFileSync(join(programs, 'tar'), `#!/bin/sh\necho >> ${unpacked}\nexec ${real} "$@"\n`, { mode: 0o755 })
    try {
      installed('0.0.1')
      await expect(find(digest(), ['https://nowhere.invalid'])).rejects.toMatchObject({ code: 'PREREQUISITE' })
      installed(cli.version)
      expect(await find(digest(), ['https://nowhere.invalid'])).toBe('dagger')
      // Only of the archive that is pinned.
      expect(existsSync(unpacked)).toBe(readFileSync(kept, 'utf8') === 'damaged')
    } finally {
      process.env['PATH'] = path
    }
  })

  it('that is another than the pinned one is neither kept nor run', async () => {
    const found = find(`sha256:${'0'.repeat(64)}`, [`${site}/releases`])
    await expect(found).rejects.toMatchObject({ message: expect.stringContaining(digest()) })
    expect(existsSync(join(cache, 'dagger', cli.version, 'linux-amd64', 'dagger'))).toBe(false)
  })

  it('that cannot be fetched says why for each address, and what to do [fault 92]', async () => {
    await expect(find(digest(), [`${site}/away`, 'https://nowhere.invalid'])).rejects.toMatchObject({
      code: 'PREREQUISITE',
      message: expect.stringMatching(
        /^failed to fetch the Dagger CLI \S+ \(127\.0\.0\.1:\d+: .*503.*; nowhere\.invalid: .*\)/,
      ),
    })
  })

  it('that the environment names is taken as it is', async () => {
    expect(await find('sha256:', [], { _EXPERIMENTAL_DAGGER_CLI_BIN: '/opt/dagger' })).toBe('/opt/dagger')
  })

  it('is named as missing for a platform without a checksum', async () => {
    const found = daggerCli({ cli }, { say: () => undefined, platform: 'win32/amd64', env: { LOADLINE_CACHE: cache } })
    await expect(found).rejects.toThrow('no checksum is pinned for the Dagger CLI')
  })

  it('is not mistaken for one that a run left behind half done', async () => {
    mkdirSync(join(cache, 'dagger', cli.version, 'linux-amd64', 'unfinished-x'), { recursive: true })
    await find(digest(), [`${site}/releases`])
    expect(asked).toHaveLength(1)
  })
})
