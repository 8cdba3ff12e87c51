import type { Answers } from './answers.ts'
import type { Application, StackReading } from './application.ts'
import { tracingVariables } from './artifacts/tracing.ts'
import { permissionsFor } from './aws-services.ts'
import { awsUse } from './aws.ts'
import { backingServices, type BackingService } from './backing-services.ts'
import { calledHosts, listedHosts } from './called-hosts.ts'
import { clientsOf } from './clients.ts'
import { listedPlaces, modeVariables, tlsInCode, type TlsPlace } from './code-tls.ts'
import { authority, databaseTls, takesUrl, variablesOfTls } from './database-tls.ts'
import { keptFiles, keptFilesNotes } from './kept-files.ts'
import { readSettings } from './settings/read-settings.ts'
import type { Code } from './settings/setting.ts'
import { madeNames } from './settings/made-names.ts'
import { chooses, selectorsOf, type Selector } from './settings/selectors.ts'
import { conditionText, maySay, usesOf, withChoices, type UsedSetting } from './settings/uses.ts'
import { hostsOfDjango } from './settings/django-settings.ts'
import { filesOfViper } from './settings/viper.ts'
import { tracesNote, tracesOf } from './traces.ts'

type Services = Pick<
  Application,
  'needs' | 'others' | 'hosts' | 'keeps' | 'settings' | 'schemes' | 'tracing' | 'aws' | 'databaseTls' | 'ownTls'
>

/** Code that says which database its settings are of. */
const namesPostgres = /\bpostgres(?:ql)?(?:\+\w+)?:\/\/|django\.db\.backends\.postgresql|\bdialect:\s*["']postgres/

/** Names that the image or every deployment sets. */
const always = ['PORT']

/** What an application talks to and which settings it reads, from its libraries and its shipped code; and what a person should know of it. */
export function readServices(
  code: readonly Code[],
  { language, libraries, implied = [], environment }: StackReading,
  { settings: answers, secrets = [], unneeded = [] }: Answers,
): Services & { notes: string[] } {
  const { needs, others: clients, database, broker } = clientsOf(libraries, code)
  const talksToS3 = clients.some(({ title }) => title === 'S3')
  const aws = awsUse(libraries, code, talksToS3)
  const others = [...clients, ...(aws?.services ?? []).map(({ title, library }) => ({ title, library }))]
  const tracing = tracesOf(libraries, code, language)
  const tls = databaseTls(libraries, language, needs)
  const read = readSettings(code, language)
  const found = [...read.filter(({ name }) => !implied.some((own) => own.name === name)), ...implied]
  const places = tls === undefined ? [] : tlsInCode(code, language, new Set(found.map(({ name }) => name)))
  const selectors = selectorsOf(found, code, needs)
  const chosen = Object.entries(answers).some(([name, value]) => chooses(name, value ?? '') === 'postgres')
  const used = usesOf(found, {
    needs,
    database: database && !chosen && !code.some(({ text }) => namesPostgres.test(text)),
    broker,
    others: others.length > 0,
    answers,
    secrets: new Set(secrets),
    unneeded,
    modes: modeVariables(places, found, language, code),
    scaffold: new Set([
      ...always,
      ...(tls === undefined ? [] : variablesOfTls),
      ...Object.keys(environment),
      ...(tracing === undefined ? [] : tracingVariables),
    ]),
  })
  const settings = withChoices(used, selectors)
  const services = {
    aws,
    databaseTls: tls,
    ownTls: decidedPlaces(places, settings),
    needs,
    others,
    hosts: calledHosts(libraries, code),
    keeps: keptFiles(libraries, code),
    settings,
    tracing,
    schemes: schemesOf(code, libraries, language),
  }
  return {
    ...services,
    notes: [
      ...notesOf(services),
      ...tlsNotes(services, language),
      ...tracesNotes(tracing),
      ...selectorsNote(settings, selectors),
      ...madeNamesNote(code, language),
      ...djangoHostsNote(code),
      ...viperFileNotes(code),
    ],
  }
}

function tracesNotes(tracing: Application['tracing']): string[] {
  const note = tracing === undefined ? undefined : tracesNote(tracing)
  return note === undefined ? [] : [note.replaceAll('`', '')]
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
      ? ofJava(libraries)
      : libraries.has('sqlalchemy') &&
          ofSqlalchemy !== undefined &&
          !libraries.has('psycopg2') &&
          !libraries.has('psycopg2-binary')
        ? `postgresql+${ofSqlalchemy}`
        : 'postgresql'
  return {
    postgres: literal(/["'`=]((?:jdbc|r2dbc):postgresql|postgres(?:ql)?(?:\+\w+)?):\/\//) ?? general,
    // TLS would be "rediss", which what runs beside it does not offer.
    redis: 'redis',
  }
}

/** Clients of Java that are no JDBC have schemes of their own. */
function ofJava(libraries: ReadonlySet<string>): string {
  if (libraries.has('postgresql')) return 'jdbc:postgresql'
  if (libraries.has('r2dbc-postgresql')) return 'r2dbc:postgresql'
  return libraries.has('quarkus-reactive-pg-client') || libraries.has('vertx-pg-client')
    ? 'postgresql'
    : 'jdbc:postgresql'
}

/** Settings by who gives them their value. */
function by(settings: readonly UsedSetting[], who: UsedSetting['use']['by']): UsedSetting[] {
  return settings.filter(({ use }) => use.by === who)
}

const listed = (settings: readonly UsedSetting[]) =>
  settings
    .map(({ name, path, condition }) =>
      path === '' ? name : `${name} (${path}${condition === undefined ? '' : `, ${conditionText(condition)}`})`,
    )
    .join(', ')

function notesOf(services: Services): string[] {
  const { aws, others, hosts, keeps, settings } = services
  const open = by(settings, 'open')
  // Of AWS, the way to it and the permissions are in the files.
  const inAws = new Set([
    ...(aws?.storage === undefined ? [] : ['S3']),
    ...(aws?.services ?? []).map(({ title }) => title),
  ])
  const left = others.filter(({ title }) => !inAws.has(title))
  return [
    ...unreachedNotes(services),
    ...(open.length === 0
      ? []
      : [
          `The code needs ${listed(open)}, and does not say what to put there. Give the values under "settings" in deploy/scaffold.yaml, or the name of one that is a secret under "secrets", and run the scaffold again; until then no platform starts a container without them, and the gate starts it without them. What this deployment does without you name under "unneeded" there.`,
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
  ]
}

/** Services that no variable leads to, as far as the code shows, and the variables that may. */
function unreachedNotes({ needs, settings }: Services): string[] {
  const unreached = needs.filter((need) => !settings.some(({ use }) => use.by === 'service' && use.service === need))
  return unreached.map((need) => {
    const { title } = backingServices[need]
    const may = settings.filter(({ name, use }) => /^(?:code|open|secret)$/.test(use.by) && maySay(name, need))
    return may.length === 0
      ? `A client of ${title} is locked, but the code reads no variable that would say where it is: nothing is set. Give them under "settings" in deploy/scaffold.yaml, and the names of those that are secrets under "secrets".`
      : `A client of ${title} is locked beside one of another service, and the code does not show which of them ${listed(may)} is for: nothing is set as ${title}'s. Give the values under "settings" in deploy/scaffold.yaml, and the names of those that are secrets under "secrets".`
  })
}

/** Variables that choose between services, and that nothing sets. */
function selectorsNote(settings: readonly UsedSetting[], selectors: readonly Selector[]): string[] {
  const unset = new Set(by(settings, 'code').map(({ name }) => name))
  return selectors
    .filter(({ setting }) => unset.has(setting.name))
    .map(({ setting: { name, path, fallback }, service, value }) => {
      const word = value === undefined ? '' : `, \`${value}\` for ${backingServices[service].title}`
      return `${name} (${path}) chooses what the code uses, and nothing here sets it: ${fallback === undefined ? 'the code decides without it' : `the code takes \`${fallback}\` without it`}. Give it under "settings" in deploy/scaffold.yaml${word}.`
    })
}

/** The places that decide: not those that a variable fills which is set, and no whole address where another comes from outside. */
function decidedPlaces(places: readonly TlsPlace[], settings: readonly UsedSetting[]): TlsPlace[] {
  const verified = new Set(
    settings.flatMap(({ name, use }) =>
      (use.by === 'service' && use.part === 'tls-mode') || (use.by === 'answer' && use.value === 'verify-full')
        ? [name]
        : [],
    ),
  )
  return places.filter(
    ({ variable, whole }) => !(whole && takesUrl(settings)) && !(variable !== undefined && verified.has(variable)),
  )
}

/** Clients that no file can tell to verify the server, and code that does not let itself be told. */
function tlsNotes(
  { needs, settings, databaseTls: tls, ownTls }: Services,
  language: StackReading['language'],
): string[] {
  if (!needs.includes('postgres')) return []
  if (tls === undefined)
    return [
      'Its client of PostgreSQL takes TLS from code alone: connect there with verify-full and the certificates of the authority. Nothing here does it.',
    ]
  const urls = settings.filter(
    ({ name, use }) =>
      /^(?:secret|open|answer)$/.test(use.by) && maySay(name, 'postgres') && /UR[IL]$|DSN$|STR/.test(name),
  )
  const set = settings.find(({ use }) => use.by === 'service' && use.part === 'tls-mode')
  const wanted =
    language === 'node'
      ? '`ssl: true` there, or nothing at all, verifies it by the authorities that Node is given here'
      : `let it use \`verify-full\` there, with the authorities in ${authority.path}, or leave it out`
  return [
    ...(tls.query !== '' && !takesUrl(settings)
      ? [
          `No URL of its database is among what is set here: the one that ${urls.length === 0 ? 'the code makes itself' : `you give (${listed(urls)})`} must end with ${tls.query}, so that the server is verified. Nothing here does it.`,
        ]
      : []),
    ...(ownTls.length === 0
      ? []
      : [
          `Whether the database must prove its name, the code decides itself, in ${listedPlaces(ownTls)}: what is set here for that does not count there. Change it: ${wanted}.${set === undefined ? '' : ` ${set.name} is set to \`verify-full\`: where that is what it uses, nothing is left to do.`}`,
        ]),
  ]
}

/** What the code leaves open about its role. */
function awsNotes(aws: Services['aws']): string[] {
  if (aws === undefined) return []
  const { library, storage, services } = aws
  return [
    ...(services.length === 0
      ? []
      : [
          `It talks to ${services.map(({ title }) => title.replace(/ of AWS$/, '')).join(', ')} of AWS, for which its role gets nothing here: add ${services.map(permissionsFor).join('; ')} to its policy, with the names of yours.`,
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

function djangoHostsNote(code: readonly Code[]): string[] {
  const path = hostsOfDjango(code)
  return path === undefined
    ? []
    : [
        `Django answers 400 to a request whose Host is not in ALLOWED_HOSTS (${path}), and what asks for its health names none of yours: Kubernetes asks by the address of the pod, the image and the gate by 127.0.0.1. Until these are in it too, or "*" where a proxy in front checks the name, no replica becomes ready.`,
      ]
}

function viperFileNotes(code: readonly Code[]): string[] {
  return filesOfViper(code).map(
    ({ path, file, alone }) =>
      `The code ends without its configuration file ${file} (${path}), which nothing here puts into the image${alone ? '; of the environment it takes nothing instead' : ''}: let viper read the environment and go on without the file, or add it to each platform.`,
  )
}
