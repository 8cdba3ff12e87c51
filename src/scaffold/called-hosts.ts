import type { Code } from './settings/setting.ts'

/** A host outside that the code names as the start of an address. */
export interface CalledHost {
  host: string
  /** The file that names it, or the library that goes there by itself. */
  by: string
}

/** Hosts of documentation, of tests, of this machine and of the cluster. */
const nobody =
  /(?:^|\.)(?:example\.(?:com|org|net)|example|test|invalid|local|localhost|localdomain|internal|svc|cluster\.local)$|^(?:\d{1,3}\.){3}\d{1,3}$/

/** Names in addresses that nobody opens: XML namespaces, schemas, licences. */
const names =
  /^(?:www\.w3\.org|w3\.org|json-schema\.org|schema\.org|schemas\.[\w.-]+|xmlns\.[\w.-]+|purl\.org|www\.apache\.org|opensource\.org|creativecommons\.org|spdx\.org|ns\.[\w.-]+|(?:docs?|help|support|developers?)\.[\w.-]+)$/

/** What an address stands for that the browser or a reader opens, and not the application. */
const notCalled =
  /(?:origins?|cors|homepage|licen[cs]e|contact|terms|href|xmlns|schema|namespace|docs?|redirect\w{0,20}|return_?url|success_?url|cancel_?url|frontend\w{0,20})["']?\)?\s{0,3}(?:[:=(,[]|=>)[^;]{0,40}$/i

/** Libraries that go to one host unless they are told otherwise. */
const ofLibraries: Readonly<Record<string, string>> = {
  stripe: 'api.stripe.com',
  'stripe-java': 'api.stripe.com',
  'github.com/stripe/stripe-go': 'api.stripe.com',
  openai: 'api.openai.com',
  anthropic: 'api.anthropic.com',
  '@anthropic-ai/sdk': 'api.anthropic.com',
  twilio: 'api.twilio.com',
  sendgrid: 'api.sendgrid.com',
  '@sendgrid/mail': 'api.sendgrid.com',
  'slack-sdk': 'slack.com',
  '@slack/web-api': 'slack.com',
}

/** Hosts that an application goes to over the internet, each once. */
export function calledHosts(libraries: ReadonlySet<string>, code: readonly Code[]): CalledHost[] {
  const named = code.flatMap(({ path, text }) =>
    [
      ...text.matchAll(
        /(?:["'`]|[=:]\s{0,3})(?:https?|wss?):\/\/([A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8})(?=[/:?#"'`{$%\s]|$)/g,
      ),
    ].flatMap(({ 1: host = '', index }) =>
      isCalled(host.toLowerCase(), text.slice(Math.max(0, index - 80), index))
        ? [{ host: host.toLowerCase(), by: path }]
        : [],
    ),
  )
  const byLibrary = [...libraries].flatMap((library) => {
    const host = ofLibraries[library.replace(/\/v\d+$/, '')]
    return host === undefined ? [] : [{ host, by: library }]
  })
  const first = new Map([...byLibrary, ...named].toReversed().map((one) => [one.host, one]))
  return [...first.values()].toSorted((a, b) => (a.host < b.host ? -1 : 1))
}

function isCalled(host: string, before: string): boolean {
  if (nobody.test(host) || names.test(host) || host.endsWith('.amazonaws.com')) return false
  return !notCalled.test(before.split('\n').at(-1) ?? '')
}

/** Hosts with who names them; more than a few are counted. */
export function listedHosts(hosts: readonly CalledHost[]): string {
  const shown = hosts.slice(0, 8).map(({ host, by }) => `${host} (${by})`)
  return `${shown.join(', ')}${hosts.length > 8 ? ` and ${hosts.length - 8} more` : ''}`
}
