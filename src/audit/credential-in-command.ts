import type { ShellCommand } from '../formats/shell.ts'
import { isUnknown } from '../formats/unknown-value.ts'
import { hasCredentialForm, holdsCredential, namesCredential } from './credential.ts'

/** How a command passes a credential: names of variables, options and files, never a value. */
export function credentialsIn(command: ShellCommand): string[] {
  return [
    ...new Set([
      ...command.assignments.filter(({ name, value }) => holdsCredential(name, value)).map(({ name }) => name),
      ...inOptions(command),
      ...inOwnOption(command),
      ...command.args.flatMap((word) => inWord(word)),
      ...givenTo(command),
      ...command.texts.flatMap(credentialsInText),
    ]),
  ]
}

/** Names of the credentials that lines of a text set: `NAME=value`, `name: value`. */
export function credentialsInText(text: string): string[] {
  return text.split('\n').flatMap((line) => {
    const pairs = /^\s*[{[]/.test(line) ? pairsIn(line) : []
    if (pairs.length > 0) return pairs
    const [, name = '', value = ''] =
      /^(?:export\s+)?["']?([A-Za-z_][\w.:/-]{0,80}?)["']?\s*[=:]\s*(?!\s)["']?(.{1,400}?)["']?[,;]?$/.exec(
        line.trim(),
      ) ?? []
    if (/[{(]/.test(value)) return []
    return name !== '' && holdsCredential(name, value) ? [name] : hasCredentialForm(line) ? ['a text'] : []
  })
}

/** Names of the credentials in JSON on one line. A value with spaces is a text for people. */
function pairsIn(line: string): string[] {
  return [...line.matchAll(/["']([\w.:/-]{1,80})["']\s{0,9}:\s{0,9}["']([^"'\s]{1,400})["']/g)].flatMap(
    ([, name = '', value = '']) => (!/^\$|\$[{(]|\{\{/.test(value) && holdsCredential(name, value) ? [name] : []),
  )
}

const isValue = (value: string | undefined): value is string =>
  value !== undefined && value !== '' && value !== '-' && !isUnknown(value) && !/^[<$@%]|^(pass|file|env):$/.test(value)

/** `--password=value`, `--password value`, `--token value`. */
function inOptions({ args }: ShellCommand): string[] {
  return args.flatMap((word, index) => {
    const [, flag = '', joined] = /^--?([A-Za-z][\w.-]{2,60})(?:=(.*))?$/s.exec(word) ?? []
    // Redis' names for passwords.
    const name = /^(requirepass|masterauth)$/.test(flag) ? 'password' : flag
    // `--from-literal=password=value`: what it gives is a name with its value.
    if (joined?.includes('=') === true && !namesCredential(name)) return inWord(joined)
    if (flag === '' || !namesCredential(name)) return []
    const next = args[index + 1]
    const value = joined ?? (next?.startsWith('-') === true ? undefined : next)
    return value !== undefined && isValue(value) && holdsCredential(name, value) ? [`--${flag}`] : []
  })
}

/** What useradd takes for a password that fits none: the account is locked. */
const noPassword = /^(?!(?:!!?|\*|x|\*LK\*)$)/

/** Options that take a credential in one program: attached to them, or as the next word. */
const own: ReadonlyArray<{ program: RegExp; option: RegExp; needs?: RegExp }> = [
  { program: /^(curl|http|https|wget)$/, option: /^(?:-u|--user|--proxy-user|-U)$/, needs: /^[^:]*:./ },
  { program: /^(mysql|mysqldump|mysqladmin|mysqlimport|mariadb.*)$/, option: /^-p(.+)$/ },
  { program: /^sshpass$/, option: /^-p(.*)$/ },
  {
    program: /^(docker|podman|buildah|skopeo|nerdctl|helm|crane|oras|az|twine|mongo|mongosh|mongodump)$/,
    option: /^-p$/,
  },
  { program: /^redis-cli$/, option: /^-a$/ },
  { program: /^(ldapsearch|ldapadd|ldapmodify)$/, option: /^-w$/ },
  { program: /^sqlcmd$/, option: /^-P(.*)$/ },
  { program: /^(useradd|usermod)$/, option: /^(?:-p|--password)$/, needs: noPassword },
  { program: /^keytool$/, option: /^-(?:store|key)pass$/ },
  { program: /^openssl$/, option: /^-pass(?:in|out)?$/, needs: /^pass:./ },
]

function inOwnOption({ name, args }: ShellCommand): string[] {
  // `docker run -p` is a port; only a login takes a password.
  if (/^(docker|podman|nerdctl|helm|az)$/.test(name) && !args.includes('login')) return []
  const known = own.filter(({ program }) => program.test(name))
  return args.flatMap((word, index) =>
    known.flatMap(({ option, needs }) => {
      const match = option.exec(word)
      if (match === null) return []
      const value = match[1] === undefined || match[1] === '' ? args[index + 1] : match[1]
      const isWanted = isValue(value) && (needs === undefined || needs.test(value))
      return isWanted ? [`${name} ${match[1] === undefined ? word : word.slice(0, 2)}`] : []
    }),
  )
}

/** Headers, addresses with a password, keys by their form, `NAME=value` words, and the words of npm's configuration. */
function inWord(word: string): string[] {
  if (/^(?:authorization|proxy-authorization):\s*(?:bearer|basic|token)\s+[^\s\uE000$]+/i.test(word))
    return ['an Authorization header']
  if (/^(?:x-api-key|private-token|x-auth-token|api-key|job-token):\s*[^\s\uE000$]+/i.test(word)) return ['a header']
  const [, name = '', value = ''] = /^([A-Za-z_/][\w.:/-]{0,80})=(.+)$/s.exec(word) ?? []
  if (name !== '' && holdsCredential(name.replace(/^.*[:/]/, ''), value)) return [name]
  return hasCredentialForm(word) ? ['an argument'] : []
}

/** Where a program reads or writes a password: a password change, a file with one. */
function givenTo(command: ShellCommand): string[] {
  const { name, args, inputFrom, texts } = command
  const printed = (from: readonly ShellCommand[]) =>
    from.filter((one) => /^(echo|printf)$/.test(one.name)).flatMap((one) => one.args)
  if (name === 'chpasswd' || (name === 'passwd' && args.includes('--stdin'))) {
    const given = [...printed(inputFrom), ...texts].filter((text) => !isUnknown(text))
    return given.some((text) => /^[\w.-]+:\S|^\S+$/m.test(text.replace(/^-[en]+$/, ''))) ? [name] : []
  }
  if (name === 'htpasswd' && args.some((word) => /^-\w*b/.test(word)) && isValue(args.at(-1))) return [name]
  if ((name === 'echo' || name === 'printf') && args.length > 0)
    return credentialsInText(
      args
        .filter((word) => !/^-[en]+$/.test(word))
        .join(' ')
        .replaceAll('\\n', '\n'),
    )
  const setting = args.findIndex(
    (word, index) => /:?_(?:authToken|auth|password)$/.test(word) || isSetting(args, index),
  )
  return setting !== -1 && isValue(args[setting + 1]) ? [args[setting] ?? ''] : []
}

/** `configure set aws_secret_access_key VALUE`, `config --global http.token VALUE`. */
function isSetting(args: readonly string[], index: number): boolean {
  const [before = '', name = '', value = ''] = index === 0 ? [] : args.slice(index - 1, index + 2)
  return (
    /^(?:set|config|configure|--(?:set|add|global|system|local))$/.test(before) &&
    holdsCredential(name.replace(/^.*[:/]/, ''), value)
  )
}
