import { randomUUID } from 'node:crypto'
import { copyFileSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import { describe, expect, it } from 'vitest'
import { findEngine, sealed } from '../../ci/run/choose-engine.ts'
import { Run } from '../../src/model/index.ts'
import { root } from '../repo/source-files.ts'
import { buildAndScan, scratch } from './command-line.ts'
import { elsewhere } from './elsewhere.ts'
import { timeless } from './timeless.ts'
import { tinyImage } from './tiny-image.ts'

/** What a person would do without: the engine's address, its CLI and its lock, from the environment of this test. */
const forgotten = {
  _EXPERIMENTAL_DAGGER_RUNNER_HOST: '',
  _EXPERIMENTAL_DAGGER_CLI_BIN: '',
  LOADLINE_ENGINE: '',
  LOADLINE_LOCK: '',
}

async function engineSocket(): Promise<string> {
  const address = (await findEngine({ say: () => undefined })).env['_EXPERIMENTAL_DAGGER_RUNNER_HOST'] ?? ''
  expect(address).toMatch(/^unix:\/\//)
  return address.slice('unix://'.length)
}

/** An authority, and certificates of it for the engine and for those who may use it. */
async function certificates(directory: string): Promise<void> {
  const openssl = (...argv: string[]) => execa('openssl', argv, { cwd: directory })
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2']
  await openssl(
    'req',
    '-x509',
    ...key,
    '-keyout',
    'authority.key',
    '-out',
    'authority.pem',
    '-subj',
    '/CN=An authority of our own',
  )
  for (const [name, names] of [
    ['engine', 'IP:10.87.213.1'],
    ['client', 'DNS:client'],
  ] as const) {
    await openssl(
      'req',
      '-x509',
      ...key,
      '-keyout',
      `${name}.key`,
      '-out',
      `${name}.pem`,
      '-subj',
      `/CN=${name}`,
      '-CA',
      'authority.pem',
      '-CAkey',
      'authority.key',
      '-addext',
      `subjectAltName=${names}`,
      '-addext',
      'basicConstraints=critical,CA:FALSE',
    )
  }
}

describe('an engine that is given by its address', () => {
  it('is enough on a machine with the sealed toolchain: its command line client and its lock are found', async () => {
    const { exitCode, run, stderr } = await buildAndScan(
      tinyImage('given'),
      ['--engine', `unix://${await engineSocket()}`],
      forgotten,
    )
    expect({ exitCode, failure: run.failure }, stderr).toEqual({ exitCode: 0, failure: undefined })
  })

  it("may be on another machine, reached over tcp or with TLS on both sides: the evidence is the same, and no file of the engine's machine is read", async () => {
    const { cacheDirectory, cliBin = '', lockFile = '' } = await (await sealed({ say: () => undefined })).status()
    const kit = scratch()
    copyFileSync(cliBin, join(kit, 'dagger'))
    copyFileSync(lockFile, join(kit, 'lock.json'))
    await certificates(kit)
    const socket = await engineSocket()
    const source = tinyImage(randomUUID())
    const near = await buildAndScan(source)

    const { serve, run } = await elsewhere(cacheDirectory)
    expect((await run(['test', '-e', cliBin], {})).exitCode).toBe(1)
    const read = (name: string) => readFileSync(join(kit, name))
    const addresses = [
      `tcp://${await serve(socket)}`,
      `tls://${await serve(socket, { certificate: read('engine.pem'), key: read('engine.key'), authority: read('authority.pem') })}?${new URLSearchParams({ ca_path: join(kit, 'authority.pem'), cert_path: join(kit, 'client.pem'), key_path: join(kit, 'client.key') })}`,
    ]
    for (const address of addresses) {
      const output = scratch()
      const far = await run(
        [
          process.execPath,
          join(root, 'ci/loadline.mjs'),
          'build-and-scan',
          source,
          '--output',
          output,
          '--engine',
          address,
          '--lock',
          join(kit, 'lock.json'),
        ],
        { ...forgotten, _EXPERIMENTAL_DAGGER_CLI_BIN: join(kit, 'dagger') },
      )
      expect(far.exitCode, far.stderr).toBe(0)
      expect(timeless(Run.parse(JSON.parse(readFileSync(join(output, 'verdict.json'), 'utf8'))))).toEqual(
        timeless(near.run),
      )
    }
  })
})
