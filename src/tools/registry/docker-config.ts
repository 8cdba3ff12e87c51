import { z } from 'zod'
import { DeliveryError } from '../../model/errors.ts'
import { readDocument } from '../../model/read-json.ts'

const Configuration = z.looseObject({
  auths: z.record(z.string(), z.looseObject({})).optional(),
  credsStore: z.string().optional(),
  credHelpers: z.record(z.string(), z.string()).optional(),
})

/**
 * A Docker configuration that has the credentials of a registry under a second name as well: clients look them up by the name that they
 * reach it by. Throws `CREDENTIAL` where it is no such configuration; the message does not quote it.
 */
export function knownUnder(configuration: string, host: string, alias: string): string {
  const { auths = {}, ...rest } = parse(configuration)
  const key = Object.keys(auths).find((name) => hostOf(name) === host)
  const entry = key === undefined ? undefined : auths[key]
  return JSON.stringify({ ...rest, auths: entry === undefined ? auths : { ...auths, [alias]: entry } })
}

/** What a Docker configuration has for one registry. */
export interface RegistryCredentials {
  /** A Docker configuration with the credentials of this registry and nothing else. */
  own: string | undefined
  /** The credential helper that has them instead: a program `docker-credential-NAME`, asked for `server`. */
  helper: { name: string; server: string } | undefined
}

/** Docker Hub goes by an address that nobody writes. */
const dockerHub = {
  host: 'docker.io',
  key: 'https://index.docker.io/v1/',
  names: ['index.docker.io', 'registry-1.docker.io'],
}

/** Finds the credentials of one registry. Throws `CREDENTIAL` where the text is no Docker configuration, or names a helper by what is no name. */
export function credentialsOf(configuration: string, host: string): RegistryCredentials {
  const { auths = {}, credsStore, credHelpers = {} } = parse(configuration)
  const isHub = host === dockerHub.host
  const names = (key: string) => hostOf(key) === host || (isHub && dockerHub.names.includes(hostOf(key)))
  const [key, entry] = Object.entries(auths).find(([name, value]) => names(name) && Object.keys(value).length > 0) ?? []
  const helper = Object.entries(credHelpers).find(([name]) => names(name))?.[1] ?? (credsStore || undefined)
  if (helper !== undefined && !/^[\w.-]+$/.test(helper))
    throw new DeliveryError(
      'CREDENTIAL',
      'the Docker configuration names a credential helper by something that is not the name of a program',
      'Correct credsStore or credHelpers in it.',
    )
  return {
    own: key === undefined ? undefined : JSON.stringify({ auths: { [key]: entry } }),
    helper: helper === undefined ? undefined : { name: helper, server: isHub ? dockerHub.key : host },
  }
}

const Answer = z.looseObject({ Username: z.string(), Secret: z.string() })

/** The Docker configuration that a helper's answer stands for. Throws `CREDENTIAL` where it is none; the message does not quote it. */
export function configurationOf(server: string, answer: string): string {
  const { Username, Secret } = readDocument(
    answer,
    Answer,
    () =>
      new DeliveryError(
        'CREDENTIAL',
        `the credential helper gave something other than credentials for ${server}`,
        'Log in again ("docker login").',
      ),
  )
  // A name that is no user's says that the secret is a token for tokens.
  const entry =
    Username === '<token>'
      ? { identitytoken: Secret }
      : { auth: Buffer.from(`${Username}:${Secret}`, 'utf8').toString('base64') }
  return JSON.stringify({ auths: { [server]: entry } })
}

/** Throws `CREDENTIAL` for a configuration that leaves the credentials of a registry to a helper: those run on the machine of whoever calls, and not in the engine. */
export function requireOwn(configuration: string, host: string): void {
  const { own, helper } = credentialsOf(configuration, host)
  if (own !== undefined || helper === undefined) return
  throw new DeliveryError(
    'CREDENTIAL',
    `the Docker configuration leaves the credentials of ${host} to the helper ${helper.name}, which is not in the engine`,
    `Give a config.json that has them, as "docker login" writes it without a helper; the command line of Loadline asks helpers itself.`,
  )
}

/** As Docker reads its keys: `https://index.example.com/v1/` is index.example.com. */
function hostOf(key: string): string {
  return key.replace(/^https?:\/\//, '').split('/')[0] ?? ''
}

function parse(text: string): z.infer<typeof Configuration> {
  return readDocument(
    text,
    Configuration,
    () =>
      new DeliveryError(
        'CREDENTIAL',
        'the credentials of the registry are not a Docker configuration',
        'Give a config.json that "docker login" wrote.',
      ),
  )
}
