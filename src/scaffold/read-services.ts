import type { Answers } from './answers.ts'
import type { Application, StackReading } from './application.ts'
import { tracingVariables } from './artifacts/tracing.ts'
import { permissionsFor } from './aws-services.ts'
import { awsUse } from './aws.ts'
import { backingServices, type BackingService } from './backing-services.ts'
import { calledHosts, listedHosts } from './called-hosts.ts'
import { clientsOf } from './clients.ts'
import { databaseTls, variablesOfTls } from './database-tls.ts'
import { sendsTraces } from './instruments.ts'
import { keptFiles, keptFilesNotes } from './kept-files.ts'
import { readSettings } from './settings/read-settings.ts'
import type { Code } from './settings/setting.ts'
import { madeNames } from './settings/made-names.ts'
import { usesOf, type UsedSetting } from './settings/uses.ts'

type Services = Pick<
  Application,
  'needs' | 'others' | 'hosts' | 'keeps' | 'settings' | 'schemes' | 'tracing' | 'aws' | 'databaseTls'
>

/** Code that says which database its settings are of. */
const namesPostgres = /\bpostgres(?:ql)?(?:\+\w+)?:\/\/|django\.db\.backends\.postgresql|\bdialect:\s*["']postgres/

/** Names that the image or every deployment sets. */
const always = ['PORT']

/** What an application talks to and which settings it reads, from its libraries and its shipped code; and what a person should know of it. */
export function readServices(
  code: readonly Code[],
  { language, libraries, implied = [], environment }: StackReading,
  { settings: answers }: Answers,
): Services & { notes: string[] } {
  const { needs, others: clients, database, broker } = clientsOf(libraries, code)
  const talksToS3 = clients.some(({ title }) => title === 'S3')
  const aws = awsUse(libraries, code, talksToS3)
  const others = [...clients, ...(aws?.services ?? []).map(({ title, library }) => ({ title, library }))]
  const tracing = sendsTraces(libraries)
  const tls = databaseTls(libraries, needs)
  const read = readSettings(code, language)
  const found = [...read.filter(({ name }) => !implied.some((own) => own.name === name)), ...implied]
  const settings = usesOf(found, {
    needs,
    database: database && !code.some(({ text }) => namesPostgres.test(text)),
    broker,
    others: others.length > 0,
    answers,
    scaffold: new Set([
      ...always,
      ...(tls === undefined ? [] : variablesOfTls),
      ...Object.keys(environment),
      ...(tracing ? tracingVariables : []),
    ]),
  })
  const services = {
    aws,
    databaseTls: tls,
    needs,
    others,
    hosts: calledHosts(libraries, code),
    keeps: keptFiles(libraries, code),
    settings,
    tracing,
    schemes: schemesOf(code, libraries, language),
  }
  return { ...services, notes: [...notesOf(services), ...madeNamesNote(code, language)] }
}

function schemesOf(
  code: readonly Code[],
  libraries: ReadonlySet<string>,
  language: StackReading['language'],
): Record<BackingService, string> {
  const literal = (form: RegExp) => code.map(({ text }) => form.exec(text)?.[1]).find((scheme) => scheme !== undefined)
  const ofSqlalchemy = ['asyncpg', 'psycopg', 'pg8000'].find((driver) => libraries.has(driver))
  const general =
    language === 'java'
      ? 'jdbc:postgresql'
      : libraries.has('sqlalchemy') &&
          ofSqlalchemy !== undefined &&
          !libraries.has('psycopg2') &&
          !libraries.has('psycopg2-binary')
        ? `postgresql+${ofSqlalchemy}`
        : 'postgresql'
  return {
    postgres: literal(/["'`=](jdbc:postgresql|postgres(?:ql)?(?:\+\w+)?):\/\//) ?? general,
    // TLS would be "rediss", which what runs beside it does not offer.
    redis: 'redis',
  }
}

/** Settings by who gives them their value. */
function by(settings: readonly UsedSetting[], who: UsedSetting['use']['by']): UsedSetting[] {
  return settings.filter(({ use }) => use.by === who)
}

const listed = (settings: readonly UsedSetting[]) =>
  settings.map(({ name, path }) => (path === '' ? name : `${name} (${path})`)).join(', ')

function notesOf(services: Services): string[] {
  const { aws, needs, others, hosts, keeps, settings } = services
  const open = by(settings, 'open')
  // Of AWS, the way to it and the permissions are in the files.
  const inAws = new Set([
    ...(aws?.storage === undefined ? [] : ['S3']),
    ...(aws?.services ?? []).map(({ title }) => title),
  ])
  const left = others.filter(({ title }) => !inAws.has(title))
  const without = needs.filter((need) => !settings.some(({ use }) => use.by === 'service' && use.service === need))
  return [
    ...without.map(
      (need) =>
        `A client of ${backingServices[need].title} is locked, but the code reads no variable that would say where it is: nothing is set. Give them under "settings" in deploy/scaffold.yaml.`,
    ),
    ...(open.length === 0
      ? []
      : [
          `The code needs ${listed(open)}, and does not say what to put there. Give the values under "settings" in deploy/scaffold.yaml and run the scaffold again; until then no platform starts a container without them, and the gate starts it without them.`,
        ]),
    ...(left.length === 0
      ? []
      : [
          `It also talks to ${left.map(({ title, library }) => `${title} (${library})`).join(', ')}, which the scaffold neither runs nor reaches: outgoing traffic to it is not allowed until you allow it.`,
        ]),
    ...(hosts.length === 0
      ? []
      : [
          `The code goes to ${listedHosts(hosts)} on the internet, and nothing here allows outgoing traffic to them: a network policy knows addresses and no names. Decide what lets it out (a gateway or proxy for egress, or policies by name that your network plugin may have), and add that.`,
        ]),
    ...keptFilesNotes(keeps),
    ...awsNotes(aws),
    ...tlsNotes(services),
  ]
}

/** Clients that no file can tell to verify the server. */
function tlsNotes({ needs, settings, schemes, databaseTls: tls }: Services): string[] {
  if (!needs.includes('postgres')) return []
  if (tls === undefined)
    return [
      'Its client of PostgreSQL takes TLS from code alone: connect there with verify-full and the certificates of the authority. Nothing here does it.',
    ]
  const url = settings.some(({ use }) => use.by === 'service' && use.service === 'postgres' && use.part === 'url')
  return schemes.postgres.startsWith('jdbc:') && !url
    ? [
        `The code makes the URL of its database itself: it must end with ${tls.query}, so that the server is verified. Nothing here does it.`,
      ]
    : []
}

/** What the code leaves open about its role. */
function awsNotes(aws: Services['aws']): string[] {
  if (aws === undefined) return []
  const { library, storage, services } = aws
  return [
    ...(services.length === 0
      ? []
      : [
          `It talks to ${services.map(({ title }) => title).join(', ')} of AWS, for which its role gets nothing here: add ${services.map(permissionsFor).join('; ')} to its policy, with the names of yours.`,
        ]),
    ...(storage === undefined && services.length === 0
      ? [
          `It has a client of AWS (${library}), and the code does not show for which service: its role may do nothing until you give it a policy.`,
        ]
      : []),
    ...(storage?.shown === false
      ? [
          `It talks to S3 (${library}), and no call of it was recognised: the role's policy allows objects to be read and written. Narrow it.`,
        ]
      : []),
  ]
}

function madeNamesNote(code: readonly Code[], language: StackReading['language']): string[] {
  const found = madeNames(code, language)
  return found.length === 0
    ? []
    : [
        `Some names of variables are made while the program runs, by ${found.map(({ path, what }) => `${what} (${path})`).join(', ')}: reading the code does not show them. Give those that the deployment needs under "settings" in deploy/scaffold.yaml.`,
      ]
}
