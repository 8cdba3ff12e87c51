import type { PlacedScript } from '../script.ts'

/**
 * Packages that only build something or are in every base, or that people install to look around: the application
 * itself calls none of them.
 */
const onlyBuilds =
  /^(build-essential|build-base|gcc|g\+\+|make|cmake|autoconf|automake|libtool|pkg-config|pkgconf|git|openssh-client|ca-certificates|gnupg2?|lsb-release|apt-transport-https|apt-utils|software-properties-common|curl|wget|unzip|zip|xz-utils|vim|nano|less|tree|python3-dev|libc6-dev|libffi-dev|libc-dev|musl-dev|linux-headers)$/

/** Programs that change nothing, only what they are given, or only packages of the language and the directory in which they work. */
const inside =
  /^(true|:|set|export|cd|pwd|ls|echo|env|whoami|chmod|chown|rm|sed|go|cargo|rustup|mvn|mvnw|gradle|gradlew|make|npm|yarn|pnpm|corepack|tsc|pip[0-9.]*|poetry|pipenv|uv|addgroup|adduser|groupadd|useradd|usermod)$/

/** Of these, those that change only packages, accounts and what they name. */
const besides = /^(true|:|set|export|pwd|ls|echo|whoami|chmod|chown|rm|addgroup|adduser|groupadd|useradd|usermod)$/

/** Programs that write what they name. */
const named = /^(mkdir|touch|cp|mv|install)$/

/**
 * Whether all that a script makes is packages of the language, what only builds, or below the given places: then nothing
 * is lost when these are taken to another image. `isHeaders` tells which other packages of the distribution only build.
 */
export function staysInside(
  { commands }: PlacedScript,
  places: readonly string[],
  isHeaders: (name: string) => boolean,
): boolean {
  return commands.every(({ node, words: [program = '', ...args] }) => {
    const written = [...node.prefix, ...node.suffix].flatMap((part) =>
      part.type === 'Redirect' && part.operator.includes('>') ? [part.target?.value ?? ''] : [],
    )
    if (written.some((target) => !/^(\/dev\/(null|stdout|stderr)|[12-])$/.test(target))) return false
    if (/^(apt-get|apt|apk|yum|dnf|microdnf|zypper)$/.test(program)) return installsOnlyTools(args, isHeaders)
    if (/^python[0-9.]*$/.test(program))
      return /^(manage\.py|setup\.py|-m (pip[0-9.]*|compileall))( |$)/.test(args.join(' '))
    if (program === 'npx') return args[0] === 'tsc'
    return (
      inside.test(program.replace(/^\.\//, '')) || (named.test(program) && args.every((word) => isBelow(word, places)))
    )
  })
}

function installsOnlyTools(args: readonly string[], isHeaders: (name: string) => boolean): boolean {
  const at = args.findIndex((word) => /^(install|add|in|reinstall)$/.test(word))
  const names = at === -1 ? [] : args.slice(at + 1).filter((word) => !word.startsWith('-'))
  return names.map((name) => name.replace(/=.*$/, '')).every((name) => onlyBuilds.test(name) || isHeaders(name))
}

/** Whether a script that stays inside makes no file in the directory in which it works. */
export function addsOnlyPackages({ commands }: PlacedScript): boolean {
  return commands.every(({ words: [program = '', ...args] }) => {
    const isModule = /^python[0-9.]*$/.test(program) && args[0] === '-m'
    const [name = '', command = '', ...others] = isModule ? args.slice(1) : program === 'uv' ? args : [program, ...args]
    if (/^(pip[0-9.]*|poetry|pipenv)$/.test(name))
      return /^(install|sync|config|cache)$/.test(command) && !others.some((word) => /^(-e|--editable)/.test(word))
    if (named.test(program)) return args.every((word) => /^[-/]/.test(word))
    return besides.test(program) || /^(apt-get|apt|apk|yum|dnf|microdnf|zypper)$/.test(program)
  })
}

function isBelow(word: string, places: readonly string[]): boolean {
  if (word.includes('..') || word.includes('$')) return false
  return !word.startsWith('/') || [...places, '/tmp'].some((place) => word === place || word.startsWith(`${place}/`))
}
