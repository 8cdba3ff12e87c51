import type { Application } from '../application.ts'
import { backingServices, type BackingService } from '../backing-services.ts'
import type { Part, UsedSetting } from '../settings/uses.ts'
import { tracingEnvironment } from './tracing.ts'

/** Where containers find mounted secrets, one file each. */
export const secretFolder = '/run/secrets'

/** Where an application finds its services: the host of each, and the folder with the file of its secret. */
interface ServicePlaces {
  hostOf: (service: BackingService) => string
  secretsIn?: (service: BackingService) => string
  /** What a URL of the database ends with. */
  query?: string
  /** How a client is told to verify it, where the code takes that from a variable. */
  tlsMode?: string
}

/**
 * What every platform sets in addition to the image's own environment: tracing, if a library sends traces, how the database's server is verified, and the settings that the code reads and whose values are known. No value is a secret.
 */
export function deploymentEnvironment(
  application: Application,
  { collector, ...places }: { collector: string } & ServicePlaces,
): Record<string, string> {
  const { environment = {}, query = '' } = application.databaseTls ?? {}
  return {
    ...tracingEnvironment(application, collector),
    ...environment,
    ...settingsEnvironment(application, { ...places, query, tlsMode: 'verify-full' }),
  }
}

/** The settings whose values are known and are no secret: answers, and how the application reaches its services. */
export function settingsEnvironment(application: Application, places: ServicePlaces): Record<string, string> {
  const known = application.settings.flatMap(({ name, use }): Array<[string, string]> => {
    if (use.by === 'answer' || use.by === 'choice') return [[name, use.value]]
    const value = use.by === 'service' ? plainPart(application, use, places) : undefined
    return value === undefined ? [] : [[name, value]]
  })
  return Object.fromEntries(known)
}

interface ServicePart {
  service: BackingService
  part: Part
}

/** A part that is no secret; undefined for one that is. */
function plainPart(
  application: Application,
  { service, part }: ServicePart,
  { hostOf, secretsIn = () => secretFolder, query = '', tlsMode = 'disable' }: ServicePlaces,
): string | undefined {
  const { port, name, user, secretFile } = backingServices[service]
  const values: Partial<Record<Part, string>> = {
    host: hostOf(service),
    address: `${hostOf(service)}:${port}`,
    port: String(port),
    name,
    user,
    'tls-mode': tlsMode,
    'password-file': `${secretsIn(service)}/${secretFile}`,
    ...(passwordInUrl(application, service)
      ? {}
      : {
          url: `${application.schemes[service]}://${hostOf(service)}:${port}/${name}${service === 'postgres' ? query : ''}`,
        }),
  }
  return values[part]
}

/** JDBC takes user and password beside its URL. */
function passwordInUrl({ schemes }: Application, service: BackingService): boolean {
  return !schemes[service].startsWith('jdbc:')
}

/** A variable whose value is a secret: the group that the secret belongs to, and its key there. */
export interface SecretVariable {
  name: string
  group: BackingService | 'settings'
  key: string
}

/** The variables that hold a secret themselves, for want of a file that the code reads. */
export function secretVariables(application: Application): SecretVariable[] {
  return application.settings.flatMap(({ name, use }): SecretVariable[] => {
    if (use.by === 'secret') return [{ name, group: 'settings', key: name }]
    if (use.by !== 'service') return []
    const { service, part } = use
    const isSecret = part === 'password' || (part === 'url' && passwordInUrl(application, service))
    return isSecret ? [{ name, group: service, key: part }] : []
  })
}

/** The settings that the code needs and whose values nobody has given. */
export function openSettings({ settings }: Application): UsedSetting[] {
  return settings.filter(({ use }) => use.by === 'open')
}

/** The services whose password the application reads from a file, and by which variable. */
export function passwordFiles({ settings }: Application): Array<{ service: BackingService; variable: string }> {
  return settings.flatMap(({ name, use }) =>
    use.by === 'service' && use.part === 'password-file' ? [{ service: use.service, variable: name }] : [],
  )
}

/** What a secret variable must hold, with a password at its place. */
export function secretValue(
  application: Application,
  { group, key }: SecretVariable,
  host: string,
  password: string,
  query = '',
): string {
  if (group === 'settings' || key === 'password') return password
  const { port, name, userInUrl } = backingServices[group]
  return `${application.schemes[group]}://${userInUrl}:${password}@${host}:${port}/${name}${group === 'postgres' ? query : ''}`
}

/** Values as they are written where two dollar signs are one, and a form with one names a variable: any in Compose. */
export function doubled(environment: Readonly<Record<string, string>>, form = /\$/): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).map(([name, value]) => [
      name,
      form.test(value) ? value.replaceAll('$', '$$$$') : value,
    ]),
  )
}

/** The environment as a list of names and values. */
export function named(environment: Readonly<Record<string, string>>): Array<{ name: string; value: string }> {
  return Object.entries(environment).map(([name, value]) => ({ name, value }))
}

/** A digest that no image has: nothing starts until a release has inserted its own. */
export const noDigestYet = `sha256:${'0'.repeat(64)}`

/** Where a service of a cloud is, until an administrator fills in its own name: a name of one's own is not in its certificate. */
export function outsideHost(service: BackingService): string {
  return service === 'postgres' ? 'DATABASE-HOST' : 'REDIS-HOST'
}
