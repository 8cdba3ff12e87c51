import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { registryCredentials } from '../../../../ci/run/registry-credentials.ts'
import { requireOwn } from '../../../../src/tools/registry/docker-config.ts'

let home: string
let env: NodeJS.ProcessEnv

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'loadline-'))
  mkdirSync(join(home, '.docker'))
  mkdirSync(join(home, 'bin'))
  env = { HOME: home, PATH: `${join(home, 'bin')}:/usr/bin:/bin` }
})

afterEach(() => rmSync(home, { recursive: true }))

const base64 = (text: string) => Buffer.from(text).toString('base64')
const configure = (document: unknown, path = '.docker/config.json') =>
  writeFileSync(join(home, path), JSON.stringify(document))
const read = async (host: string, given?: string) => {
  const text = await registryCredentials(host, given, env)
  return text === undefined ? undefined : (JSON.parse(text) as { auths: Record<string, unknown> }).auths
}

/** A credential helper that answers as the programs of Docker and the clouds do, and writes down what it was asked. */
function helper(name: string, script: string): void {
  const file = join(home, 'bin', `docker-credential-${name}`)
  writeFileSync(file, `#!/bin/sh\nserver=$(cat)\necho "$1 $server" >> "$HOME/asked"\n${script}\n`)
  chmodSync(file, 0o755)
}

describe('the credentials of a registry', () => {
  it('are those of whoever has logged in, for the one registry that is needed', async () => {
    configure({ auths: { 'ghcr.io': { auth: base64('me:one') }, 'https://quay.io/v2/': { auth: base64('me:two') } } })
    expect(await read('ghcr.io')).toEqual({ 'ghcr.io': { auth: base64('me:one') } })
    expect(await read('quay.io')).toEqual({ 'https://quay.io/v2/': { auth: base64('me:two') } })
    expect(await read('registry.example.com')).toBeUndefined()
  })

  it("are found under Docker Hub's own name", async () => {
    configure({ auths: { 'https://index.docker.io/v1/': { auth: base64('me:hub') } } })
    expect(await read('docker.io')).toEqual({ 'https://index.docker.io/v1/': { auth: base64('me:hub') } })
  })

  it('are asked of the store that Docker Desktop uses, for that registry alone [fault 93]', async () => {
    helper('desktop', 'echo "{\\"ServerURL\\":\\"$server\\",\\"Username\\":\\"me\\",\\"Secret\\":\\"s3cret\\"}"')
    configure({ credsStore: 'desktop', auths: { 'ghcr.io': {}, 'quay.io': {} } })
    expect(await read('ghcr.io')).toEqual({ 'ghcr.io': { auth: base64('me:s3cret') } })
    expect(await read('docker.io')).toEqual({ 'https://index.docker.io/v1/': { auth: base64('me:s3cret') } })
  })

  it.each([
    ['123456789012.dkr.ecr.eu-central-1.amazonaws.com', 'ecr-login', 'AWS'],
    ['europe-docker.pkg.dev', 'gcloud', '_dcgcloud_token'],
  ])('of %s are asked of the helper %s that is named for it [fault 93]', async (host, name, user) => {
    helper(name, `echo '{"Username":"${user}","Secret":"token"}'`)
    configure({ credsStore: 'not-installed', credHelpers: { [host]: name } })
    expect(await read(host)).toEqual({ [host]: { auth: base64(`${user}:token`) } })
  })

  it('may be a token for tokens', async () => {
    helper('desktop', `echo '{"Username":"<token>","Secret":"refresh"}'`)
    configure({ credsStore: 'desktop' })
    expect(await read('registry.example.com')).toEqual({ 'registry.example.com': { identitytoken: 'refresh' } })
  })

  it('are absent if the helper has none, and then those of the file are used', async () => {
    helper('desktop', 'echo credentials not found in native keychain; exit 1')
    configure({ credsStore: 'desktop', auths: { 'ghcr.io': { auth: base64('me:file') } } })
    expect(await read('quay.io')).toBeUndefined()
    expect(await read('ghcr.io')).toEqual({ 'ghcr.io': { auth: base64('me:file') } })
  })

  it.each([
    ['not installed', undefined, 'it is not installed'],
    ['fails', 'echo no session bus >&2; exit 1', 'no session bus'],
    ['prints its fault where credentials stand', 'echo the keychain is locked; exit 1', 'the keychain is locked'],
    ['fails after it gave them', `echo '{"Username":"me","Secret":"s3cret"}'; exit 1`, '(exit code 1)'],
    ['fails with the secret alone', 'echo s3cret-canary; exit 1', '(exit code 1)'],
    ['says something else', 'echo hello', 'from the credential helper, found something else'],
  ])('that a helper keeps and does not give are an error: %s [fault 93]', async (_, script, message) => {
    if (script !== undefined) helper('pass', script)
    configure({ credsStore: 'pass' })
    await expect(read('ghcr.io')).rejects.toMatchObject({
      code: 'CREDENTIAL',
      message: expect.stringContaining(message),
    })
  })

  it.each(['../../evil', 'a b', 'a/b', '-x;y'])('are never asked of %j [fault 93]', async (credsStore) => {
    configure({ credsStore })
    await expect(read('ghcr.io')).rejects.toThrow('invalid name for a credential helper')
  })

  it("are those of the given file, or of Podman's", async () => {
    configure({ auths: { 'ghcr.io': { auth: base64('me:given') } } }, 'given.json')
    expect(await read('ghcr.io', join(home, 'given.json'))).toEqual({ 'ghcr.io': { auth: base64('me:given') } })
    expect(await read('quay.io', join(home, 'given.json'))).toEqual({})
    await expect(read('ghcr.io', join(home, 'missing.json'))).rejects.toThrow('cannot be read (ENOENT)')
    env['REGISTRY_AUTH_FILE'] = join(home, 'given.json')
    expect(await read('ghcr.io')).toEqual({ 'ghcr.io': { auth: base64('me:given') } })
  })

  it('that a helper keeps cannot be used inside the engine, which is said [fault 93]', () => {
    const desktop = JSON.stringify({ credsStore: 'desktop', auths: { 'ghcr.io': {} } })
    expect(() => requireOwn(desktop, 'ghcr.io')).toThrow('leaves the credentials of ghcr.io to the helper desktop')
    expect(() => requireOwn(JSON.stringify({ auths: { 'ghcr.io': { auth: 'x' } } }), 'ghcr.io')).not.toThrow()
    expect(() => requireOwn('{}', 'ghcr.io')).not.toThrow()
  })
})
