import { homedir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { ownSurroundings } from '../own-surroundings.mjs'
import { DeliveryError } from '../../src/model/errors.ts'
import { configurationOf, credentialsOf } from '../../src/tools/registry/docker-config.ts'
import { kindOfGiven, readGiven } from './files/given-file.ts'

/** A helper may have to call a cloud service. */
const patience = 60_000

/**
 * A Docker configuration with the credentials of one registry only: from the given file, or from where "docker login"
 * and "podman login" keep them. A credential helper that has them is called here, on the caller's machine. Undefined if
 * nobody has logged in. Throws `CREDENTIAL` if they should exist but cannot be read.
 */
export async function registryCredentials(
  host: string,
  given: string | undefined,
  env: NodeJS.ProcessEnv = process.env,
): Promise<string | undefined> {
  if (given !== undefined)
    return (
      (await oneOf(await readGiven({ path: given, what: 'Docker configuration', code: 'CREDENTIAL' }), host, env)) ??
      '{"auths":{}}'
    )
  for (const path of loginFiles(env)) {
    const text = await readLogin(path)
    const found = text === undefined ? undefined : await oneOf(text, host, env)
    if (found !== undefined) return found
  }
  return undefined
}

/** Where a login stores credentials, in the order of the search. */
function loginFiles(env: NodeJS.ProcessEnv): string[] {
  const home = env['HOME'] || homedir()
  return [
    join(env['DOCKER_CONFIG'] || join(home, '.docker'), 'config.json'),
    ...(env['REGISTRY_AUTH_FILE'] ? [env['REGISTRY_AUTH_FILE']] : []),
    ...(env['XDG_RUNTIME_DIR'] ? [join(env['XDG_RUNTIME_DIR'], 'containers', 'auth.json')] : []),
    join(home, '.config', 'containers', 'auth.json'),
  ]
}

/** Helpers print errors where credentials would be: only a short line that cannot contain any is repeated. */
function faultPrinted(stdout: string): string | undefined {
  const line = stdout.trim()
  return /^[^\n{}"]{1,200}$/.test(line) && line.includes(' ') ? line : undefined
}

/** The file's contents; undefined if there is none. */
async function readLogin(path: string): Promise<string | undefined> {
  const about = { path, what: 'Docker configuration', code: 'CREDENTIAL' } as const
  return (await kindOfGiven(about)) === undefined ? undefined : readGiven(about)
}

async function oneOf(configuration: string, host: string, env: NodeJS.ProcessEnv): Promise<string | undefined> {
  const { own, helper } = credentialsOf(configuration, host)
  if (helper === undefined) return own
  const program = `docker-credential-${helper.name}`
  const asked = await execa(program, ['get'], {
    input: helper.server,
    reject: false,
    timeout: patience,
    ...ownSurroundings({}, env),
  })
  if (asked.exitCode === 0) return configurationOf(helper.server, asked.stdout)
  if (/credentials not found/i.test(asked.stdout + asked.stderr)) return own
  const why =
    asked.code === 'ENOENT'
      ? 'it is not installed'
      : asked.timedOut
        ? `no answer in ${patience / 1_000} s`
        : asked.stderr.trim().split('\n').at(-1) ||
          faultPrinted(asked.stdout) ||
          `exit code ${asked.exitCode ?? asked.signal}`
  throw new DeliveryError(
    'CREDENTIAL',
    `failed to get the credentials of ${host} from ${program} (${why})`,
    `Log in again, install the helper, or pass your own config.json with --registry-config.`,
  )
}
