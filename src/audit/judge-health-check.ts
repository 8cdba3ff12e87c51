import type { ShellCommand } from '../formats/shell.ts'
import { isShell } from '../formats/shell-wrappers.ts'
import { isUnknown } from '../formats/unknown-value.ts'
import { programsOf } from './started-programs.ts'

/**
 * What a health check says of its container: `set` if it looks at it, `elsewhere` if it only asks other hosts,
 * `constant` if it cannot fail, `unknown` if a variable decides.
 */
export type HealthCheck = 'set' | 'elsewhere' | 'constant' | 'unknown'

/** Which host a health check asks. */
type Host = 'own' | 'other' | 'unknown'

/**
 * Judges the programs of a health check and its text as written. `isOwn` tells whether a name that is not the
 * container's by itself, as `localhost` is, is one of its own; undefined if that is not known.
 */
export function judgeHealthCheck(
  commands: readonly ShellCommand[],
  text: string,
  isOwn: (name: string) => boolean | undefined,
): HealthCheck {
  if (commands.length === 0) return 'set'
  if (isConstant(commands, text)) return 'constant'
  const asked = new Set(commands.flatMap((command) => askedBy(command, isOwn)))
  if (asked.has('own') || asked.size === 0) return 'set'
  return asked.has('unknown') ? 'unknown' : 'elsewhere'
}

/** Judges the command of a deployment's health check. `own` are the names of the container, in lower case as DNS has them. */
export function judgeStartedCheck(words: readonly string[], own: readonly string[]): HealthCheck {
  return judgeHealthCheck(programsOf(words), words.join(' '), (host) => own.includes(host))
}

/** True for `exit 0`, `true`, `echo ok`, and for whatever such a command follows in any case. */
function isConstant(commands: readonly ShellCommand[], text: string): boolean {
  if (/(?:\|\||;)\s*(?:true|:|exit 0)\s*$/.test(text)) return !commands.some(endsEarlier)
  const programs = commands.filter((command) => !startsScript(command))
  return (
    !/[<>]/.test(text) &&
    programs.length > 0 &&
    programs.every(
      ({ name, args }) => /^(?:true|:|echo)$/.test(name) || (name === 'exit' && /^0?$/.test(args.join(''))),
    )
  )
}

/** `if ! curl localhost; then exit 1; fi; exit 0` can fail, and so can what follows `set -e`. */
function endsEarlier({ name, args }: ShellCommand): boolean {
  return (name === 'exit' && args.join('') !== '0') || (name === 'set' && args.some((word) => /^-[a-z]*e/.test(word)))
}

/** A shell whose script is read too. */
function startsScript({ name, args }: ShellCommand): boolean {
  return name === 'eval' || (isShell(name) && args.some((word) => /^-[abd-z]*c[a-z]*$/i.test(word)))
}

/** Programs that say nothing by themselves, and those that only read what another one printed. */
const silent = /^(?:|exit|echo|printf|true|false|:|sleep|set|return|export)$/
const filters = /^(?:grep|egrep|fgrep|awk|sed|jq|head|tail|tr|cut|wc|sort|uniq|cat|xargs|tee)$/

function askedBy(command: ShellCommand, isOwn: (name: string) => boolean | undefined): Host[] {
  const { name, inputFrom, wordsFrom, writesTo } = command
  if (startsScript(command)) return []
  if (silent.test(name)) return writesTo.some((file) => file.startsWith('/dev/tcp/')) ? ['own'] : []
  if (filters.test(name) && inputFrom.length > 0) return []
  if (/^(?:test|\[)$/.test(name) && wordsFrom.length > 0) return []
  const hosts = hostsOf(command)
  return hosts.length === 0 ? ['own'] : hosts.map((host) => kindOf(host, isOwn))
}

/** Names and addresses by which a container reaches itself. */
const itself =
  /^(?:|localhost|localhost\.localdomain|ip6-localhost|127(?:\.\d{1,3}){1,3}|0\.0\.0\.0|0|::1?|0(?::0){7})$/i
/** Variables that the container's own name or address is in. */
const ofItself = /hostname|POD_?(?:IP|NAME)|CONTAINER_?(?:IP|NAME)|INSTANCE_?IP/i

function kindOf(host: string, isOwn: (name: string) => boolean | undefined): Host {
  if (isUnknown(host)) return ofItself.test(host) ? 'own' : 'unknown'
  if (itself.test(host)) return 'own'
  const own = isOwn(host.toLowerCase())
  return own === undefined ? 'unknown' : own ? 'own' : 'other'
}

/** The hosts that a client's words name; none if it has none, and then it asks its own. */
function hostsOf({ name, args }: ShellCommand): string[] {
  if (args.some((word) => /^--(?:abstract-)?unix-socket(?:=|$)/.test(word))) return []
  if (/^(?:curl|wget|http|https|xh|lynx)$/.test(name)) return hostsOfAddresses(args)
  if (/^(?:nc|ncat|netcat)$/.test(name)) return operandsOf(args, /^-[a-zA-Z]*[wpsXxiq]$/).slice(0, 1)
  if (/^(?:pg_isready|psql|mysqladmin|mysql|mariadb|mariadb-admin|redis-cli|valkey-cli)$/.test(name))
    return args.flatMap((word, index) => {
      const [, joined] = /^(?:-h|--host(?:name)?=)(.+)$/s.exec(word) ?? []
      return joined ?? (/^(?:-h|--host(?:name)?)$/.test(word) ? (args[index + 1] ?? []) : [])
    })
  return []
}

/** Of the words with a scheme, or else of the last one. */
function hostsOfAddresses(args: readonly string[]): string[] {
  const withScheme = args.flatMap((word) => /^[a-z][a-z0-9+.-]*:\/\/(.*)$/is.exec(word)?.[1] ?? [])
  const [last] = withScheme.length > 0 ? [] : operandsOf(args, /^(?:-[a-zA-Z]*[oOwHXdumTA]|--[a-z-]+)$/).slice(-1)
  return [...withScheme, ...(last === undefined ? [] : [last])].map(hostOf)
}

/** `user@host:port/path`; what an unknown part begins is unknown as a whole. */
function hostOf(address: string): string {
  const authority = /^[^/?#]*/.exec(address)?.[0] ?? ''
  const place = authority.slice(authority.lastIndexOf('@') + 1)
  return /^\[([^\]]*)\]/.exec(place)?.[1] ?? place.replace(/:(?:\d*|\uE000[^\uE001]*\uE001)$/, '')
}

/** Words that are neither options nor values of those that take one. */
function operandsOf(args: readonly string[], valued: RegExp): string[] {
  return args.filter((word, index) => !word.startsWith('-') && !valued.test(args[index - 1] ?? ''))
}
