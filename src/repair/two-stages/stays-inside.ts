import { posix } from 'node:path'
import { isAtOrBelow } from '../../model/is-at-or-below.ts'
import { absolute } from '../placed-paths.ts'
import type { PlacedScript } from '../script.ts'

type Placed = PlacedScript['commands'][number] & { here: string | undefined }

/** Packages that only build something, or that are in every base: no application calls them. */
const onlyBuilds =
  /^(build-essential|build-base|gcc|g\+\+|make|cmake|autoconf|automake|libtool|pkg-config|pkgconf|ca-certificates|lsb-release|apt-transport-https|apt-utils|software-properties-common|python3-dev|libc6-dev|libffi-dev|libc-dev|musl-dev|linux-headers)$/

const ofDistribution = /^(apt-get|apt|apk|yum|dnf|microdnf|zypper)$/

/** Programs that change nothing, or only packages of the language and accounts. */
const harmless =
  /^(true|:|set|export|pwd|ls|echo|printf|whoami|go|rustup|corepack|pip[0-9.]*|poetry|pipenv|uv|addgroup|adduser|groupadd|useradd|usermod)$/

/** Programs that write to the directory in which they work, and where their words say. */
const makers = /^(cargo|mvn|mvnw|gradle|gradlew|make|npm|yarn|pnpm|tsc)$/

/** Of these, those that change only packages, accounts and what they name. */
const besides =
  /^(true|:|set|export|pwd|ls|echo|printf|whoami|chmod|chown|rm|addgroup|adduser|groupadd|useradd|usermod)$/

/** Programs that write what they name. */
const named = /^(mkdir|touch|cp|mv|install|rm|chmod|chown|sed|tee)$/

/** What only installations write, and nothing reads when the application runs. */
const leftover =
  /^(\/var\/(lib\/apt\/lists|cache|log|tmp)|~?(\/root)?\/\.(cache|npm|m2|cargo|gradle)|\/usr\/share\/(doc|man)|\/usr\/local\/cargo|\/go\/pkg|\/tmp|\/dev)(\/|$)/

/**
 * Whether all that a script makes is packages of the language, what only builds, or below the given places: then nothing
 * is lost when these are taken to another image. `isHeaders` tells which other packages of the distribution only build.
 */
export function staysInside(
  script: PlacedScript,
  directory: string,
  places: readonly string[],
  isHeaders: (name: string) => boolean,
): boolean {
  return placedCommands(script, directory).every((command) => {
    const { node, here, words } = command
    const [program = '', ...args] = words
    const isIn = (word: string) => isInside(word, here, places)
    const written = [...node.prefix, ...node.suffix].flatMap((part) =>
      part.type === 'Redirect' && part.operator.includes('>') ? [part.target?.value ?? ''] : [],
    )
    if (!written.every((target) => /^(\/dev\/(null|stdout|stderr)|[12-])$/.test(target) || isIn(target))) return false
    // What is written beside the words is written here.
    if (here !== directory && (here === undefined || !isAtOrBelow(here, [...places, '/tmp']))) return false
    if (ofDistribution.test(program)) return installsOnlyTools(args, isHeaders)
    if (/^python[0-9.]*$/.test(program))
      return (
        /^(manage\.py|setup\.py|-m (pip[0-9.]*|compileall))( |$)/.test(args.join(' ')) && args.every(isNotElsewhere)
      )
    if (program === 'go')
      return /^(build|install|mod|get|generate|vet|test|version|env|clean|list|work|fmt)$/.test(args[0] ?? '')
    if (named.test(program))
      return writtenBy(program, args).every((word) => isIn(word) || (program === 'rm' && leftover.test(word)))
    const name = program.replace(/^\.\//, '')
    const isTypescript = program === 'npx' && args[0] === 'tsc'
    return (
      harmless.test(name) || program === 'cd' || ((makers.test(name) || isTypescript) && args.every(isNotElsewhere))
    )
  })

  /** Whether a word, or the value of an option, is not a path outside. */
  function isNotElsewhere(word: string): boolean {
    const value = /^(?:-[^=]*=|-[A-Za-z])?(\/.*)$/.exec(word)?.[1]
    return value === undefined || isInside(value, '/', places) || leftover.test(value)
  }
}

/** The commands of a script, each with the directory in which it is started; undefined if a variable decides. */
export function placedCommands({ commands }: PlacedScript, directory: string): Placed[] {
  let here: string | undefined = directory
  return commands.map((command) => {
    const [program, to = '', more] = command.words
    if (program === 'cd') here = more === undefined && !/^(-|~.*|)$/.test(to) ? absolute(here, to) : undefined
    return { ...command, here }
  })
}

/** The words of a command that name what it writes. */
function writtenBy(program: string, args: readonly string[]): string[] {
  const words = args.filter((word) => !word.startsWith('-'))
  if (program === 'sed') {
    const isInPlace = args.some((word) => /^(-[A-Za-z]*i|--in-place)/.test(word))
    const isGiven = args.some((word) => /^(-[A-Za-z]*[ef]$|--(expression|file))/.test(word))
    // With its script as the value of an option, it is one of the words as well.
    return !isInPlace
      ? []
      : isGiven
        ? args.filter((word, index) => !word.startsWith('-') && !/^-[A-Za-z]*[ef]$/.test(args[index - 1] ?? ''))
        : words.slice(1)
  }
  return /^(chmod|chown)$/.test(program) ? words.slice(1) : words
}

function installsOnlyTools(args: readonly string[], isHeaders: (name: string) => boolean): boolean {
  return packagesIn(args).every((name) => onlyBuilds.test(name) || isHeaders(name))
}

/** The names of the packages that a command of a distribution's package manager installs. */
function packagesIn(args: readonly string[]): string[] {
  const at = args.findIndex((word) => /^(install|add|in|reinstall)$/.test(word))
  const names = at === -1 ? [] : args.slice(at + 1).filter((word) => !word.startsWith('-'))
  return names.map((name) => name.replace(/=[^]*/, ''))
}

/** Whether a script that stays inside makes no file in the directory in which it works. */
export function addsOnlyPackages({ commands }: PlacedScript): boolean {
  return commands.every(({ words: [program = '', ...args] }) => {
    const isModule = /^python[0-9.]*$/.test(program) && args[0] === '-m'
    const [name = '', command = '', ...others] = isModule ? args.slice(1) : program === 'uv' ? args : [program, ...args]
    if (/^(pip[0-9.]*|poetry|pipenv)$/.test(name))
      return /^(install|sync|config|cache)$/.test(command) && !others.some((word) => /^(-e|--editable)/.test(word))
    return named.test(program) || besides.test(program) || ofDistribution.test(program)
  })
}

function isInside(word: string, here: string | undefined, places: readonly string[]): boolean {
  if (/[$`~]/.test(word) || (here === undefined && !word.startsWith('/'))) return false
  return isAtOrBelow(posix.resolve(here ?? '/', word), [...places, '/tmp'])
}
