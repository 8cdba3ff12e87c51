import { z } from 'zod'
import { DeliveryError } from '../../model/errors.ts'
import { readDocument } from '../../model/read-json.ts'

const Configuration = z.looseObject({
  auths: z.record(z.string(), z.looseObject({})).optional(),
  credsStore: z.string().optional(),
  credHelpers: z.record(z.string(), z.string()).optional(),
})

/**
 * A Docker configuration with a registry's credentials also under a second name: clients look them up by the name that they
 * use. Throws `CREDENTIAL` if it is not such a configuration; the message does not quote it.
 */
export function knownUnder(configuration: string, host: string, alias: string): string {
  const { auths = {}, ...rest } = parse(configuration)
  const key = Object.keys(auths).find((name) => hostOf(name) === host)
  const entry = key === undefined ? undefined : auths[key]
  return JSON.stringify({ ...rest, auths: entry === undefined ? auths : { ...auths, [alias]: entry } })
}

/** A Docker configuration's entry for one registry. */
export interface RegistryCredentials {
  /** A Docker configuration with only this registry's credentials. */
  own: string | undefined
  /** The credential helper that has them instead: a program `docker-credential-NAME`, called for `server`. */
  helper: { name: string; server: string } | undefined
}

/** Docker Hub is stored under an address that nobody uses in references. */
const dockerHub = {
  host: 'docker.io',
  key: 'https://index.docker.io/v1/',
  names: ['index.docker.io', 'registry-1.docker.io'],
}

/**
 * Finds one registry's credentials. Throws `CREDENTIAL` if the text is not a Docker configuration, or has an invalid helper name.
 */
export function credentialsOf(configuration: string, host: string): RegistryCredentials {
  const { auths = {}, credsStore, credHelpers = {} } = parse(configuration)
  const isHub = host === dockerHub.host
  const names = (key: string) => hostOf(key) === host || (isHub && dockerHub.names.includes(hostOf(key)))
  const [key, entry] = Object.entries(auths).find(([name, value]) => names(name) && Object.keys(value).length > 0) ?? []
  const helper = Object.entries(credHelpers).find(([name]) => names(name))?.[1] ?? (credsStore || undefined)
  if (helper !== undefined && !/^[\w.-]+$/.test(helper))
    throw new DeliveryError(
      'CREDENTIAL',
      'the Docker configuration has an invalid name for a credential helper',
      'Correct credsStore or credHelpers in it.',
    )
  return {
    own: key === undefined ? undefined : JSON.stringify({ auths: { [key]: entry } }),
    helper: helper === undefined ? undefined : { name: helper, server: isHub ? dockerHub.key : host },
  }
}

const Answer = z.looseObject({ Username: z.string(), Secret: z.string() })

/** Turns a helper's answer into a Docker configuration. Throws `CREDENTIAL` if it is not valid; the message does not quote it. */
export function configurationOf(server: string, answer: string): string {
  const { Username, Secret } = readDocument(
    answer,
    Answer,
    () =>
      new DeliveryError(
        'CREDENTIAL',
        `expected credentials for ${server} from the credential helper, found something else`,
        'Log in again ("docker login").',
      ),
  )
  // This special user name means that the secret is an identity token.
  const entry =
    Username === '<token>'
      ? { identitytoken: Secret }
      : { auth: Buffer.from(`${Username}:${Secret}`, 'utf8').toString('base64') }
  return JSON.stringify({ auths: { [server]: entry } })
}

/**
 * Throws `CREDENTIAL` for a configuration that leaves a registry's credentials to a helper: helpers run on the caller's
 * machine, not in the engine.
 */
export function requireOwn(configuration: string, host: string): void {
  const { own, helper } = credentialsOf(configuration, host)
  if (own !== undefined || helper === undefined) return
  throw new DeliveryError(
    'CREDENTIAL',
    `the Docker configuration leaves the credentials of ${host} to the helper ${helper.name}, which is not available in the engine`,
    `Use a config.json that contains them, as "docker login" writes it without a helper; Loadline's command line calls helpers itself.`,
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
        'expected a Docker configuration with the credentials of the registry, found something else',
        'Use a config.json written by "docker login".',
      ),
  )
}
