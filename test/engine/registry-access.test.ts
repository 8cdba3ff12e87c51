import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import { describe, expect, it } from 'vitest'
import { buildAndScan, scratch } from './command-line.ts'
import { serveDistribution } from './distribution.ts'
import { refuse, serveFaulty } from './faulty-registry.ts'
import { signingKey } from './signing-key.ts'
import { tinyImage } from './tiny-image.ts'

/** An authority of one's own, and a certificate of it for a registry on loopback, which containers know as registry.localhost. */
async function authority(): Promise<{ authority: string; certificate: string; key: string }> {
  const directory = scratch()
  const openssl = (...argv: string[]) => execa('openssl', argv, { cwd: directory })
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes']
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
    '-days',
    '2',
  )
  await openssl(
    'req',
    '-x509',
    ...key,
    '-keyout',
    'registry.key',
    '-out',
    'registry.pem',
    '-subj',
    '/CN=registry',
    '-days',
    '2',
    '-CA',
    'authority.pem',
    '-CAkey',
    'authority.key',
    '-addext',
    'subjectAltName=IP:127.0.0.1,DNS:registry.localhost',
    '-addext',
    'basicConstraints=critical,CA:FALSE',
  )
  return {
    authority: join(directory, 'authority.pem'),
    certificate: join(directory, 'registry.pem'),
    key: join(directory, 'registry.key'),
  }
}

const password = 'registry-canary-51c9'

describe('access to a registry', () => {
  it('pushes and signs by TLS with a certificate from a private authority, and with no other', async () => {
    const [own, stranger] = [await authority(), await authority()]
    const registry = await serveDistribution({ tls: own })
    const { argv, env } = await signingKey()
    const source = tinyImage('tls')
    const publish = ['--publish', `${registry}/demo/app:1.0.0`, ...argv]

    const refused = await buildAndScan(source, [...publish, '--registry-ca', stranger.authority], env)
    expect({ exitCode: refused.exitCode, code: refused.run.failure?.code }).toEqual({ exitCode: 4, code: 'PUBLISH' })
    expect(refused.run.failure?.message).toMatch(/certificate signed by unknown authority/)
    expect(refused.run.failure?.message).toContain(registry)

    const { run, exitCode } = await buildAndScan(source, [...publish, '--registry-ca', own.authority], env)
    expect({ exitCode, failure: run.failure }).toEqual({ exitCode: 0, failure: undefined })
    expect(run.release?.signature?.verified).toBe(true)
  })

  it("finds the credentials under the registry's public name, for pushing and for signing, and shows them nowhere [faults 46, 88]", async () => {
    const authorization = `Basic ${Buffer.from(`publisher:${password}`).toString('base64')}`
    const guarded = await serveFaulty(await serveDistribution(), [
      {
        at: /./,
        unless: ({ headers }) => headers.authorization === authorization,
        instead: refuse(401, 'UNAUTHORIZED', { 'WWW-Authenticate': 'Basic realm="registry"' }),
      },
    ])
    const { argv, env } = await signingKey()
    const source = tinyImage('credentials')
    const publish = ['--publish', `${guarded.host}/demo/app:1.0.0`, ...argv]

    const nobody = await buildAndScan(source, publish, env)
    expect({ exitCode: nobody.exitCode, code: nobody.run.failure?.code }).toEqual({ exitCode: 4, code: 'PUBLISH' })
    expect(nobody.run.failure?.message).toMatch(
      new RegExp(`${guarded.host}: 401 .*scope repository:demo/app:push,pull is missing`),
    )
    expect(nobody.run.failure?.hint).toContain('--registry-config')

    const configuration = join(scratch(), 'config.json')
    writeFileSync(
      configuration,
      JSON.stringify({ auths: { [guarded.host]: { auth: authorization.slice('Basic '.length) } } }),
    )
    const { run, exitCode, output, stdout, stderr } = await buildAndScan(
      source,
      [...publish, '--registry-config', configuration],
      env,
    )
    expect({ exitCode, failure: run.failure }).toEqual({ exitCode: 0, failure: undefined })
    expect(run.release?.signature?.verified).toBe(true)
    const everything = [
      stdout,
      stderr,
      ...['verdict.json', 'report.sarif', 'report.html', 'summary.md', 'report.junit.xml', 'engine.log'].map((name) =>
        readFileSync(join(output, name), 'utf8'),
      ),
    ].join('\n')
    for (const secret of [password, authorization.slice('Basic '.length)]) expect(everything).not.toContain(secret)
  })
})
