import { instructionAt, type DockerfileFile, type Edit, type PlacedInstruction } from '../dockerfile-file.ts'
import { absolute, withVariables } from '../placed-paths.ts'
import { lintOf, type Proposal, type Repair, type Situation } from '../repair.ts'
import { plainWord, runScriptAt, wordsOf } from '../script.ts'
import { builderOf } from '../shipped-stage.ts'
import { workingDirectoryAt } from '../source-file.ts'

interface Manager {
  code: string
  programs: RegExp
  subcommands: readonly string[]
  type: string
  /** The separator of name and version. */
  sign: string
}

/** Registries that keep every version. Distributions remove old ones, which then breaks a build that pins one. */
const managers: readonly Manager[] = [
  { code: 'DL3013', programs: /^pip[0-9.]*$/, subcommands: ['install'], type: 'python-pkg', sign: '==' },
  { code: 'DL3016', programs: /^npm$/, subcommands: ['install', 'i', 'add'], type: 'node-pkg', sign: '@' },
  { code: 'DL3028', programs: /^gem$/, subcommands: ['install'], type: 'gemspec', sign: ':' },
]

/** Remarks about packages of apt, yum, apk, zypper and dnf without a version. */
const ofDistributions = ['DL3008', 'DL3018', 'DL3033', 'DL3037', 'DL3041']

/** Packages that a command names without a version are pinned to the judged one. */
export const judgedVersions: Repair = {
  id: 'judged-versions',
  title: 'pip, npm and gem packages without a version are pinned to the one that was judged',
  answers: [...managers.map(({ code }) => code), ...ofDistributions],
  propose(situation) {
    const proposals = managers.flatMap((manager): Proposal[] => {
      const edits = lintOf(situation, manager.code).flatMap(({ line }) => versionEdits(situation, manager, line))
      const once = [...new Map(edits.map((edit) => [edit.start, edit])).values()]
      return once.length === 0
        ? []
        : [
            {
              repair: `${judgedVersions.id} ${manager.code}`,
              what: 'the versions that were judged',
              equal: true,
              edits: once,
            },
          ]
    })
    return {
      proposals,
      remains:
        lintOf(situation, ...ofDistributions).length === 0
          ? []
          : [
              {
                rule: 'lint-level',
                text: `${ofDistributions.join(', ')}: distributions remove old versions, so that pinning one breaks a later build. Accept it with an exception, or install from a snapshot of the archive.`,
              },
            ],
    }
  },
}

/** Options of pip, npm and gem that are followed by a value. */
const withValue =
  /^(-[rcetifwC]|--(requirement|constraint|editable|target|index-url|extra-index-url|find-links|platform|python-version|implementation|abi|root|prefix|src|cache-dir|timeout|retries|proxy|cert|client-cert|trusted-host|log|progress-bar|no-binary|only-binary|config-settings|upgrade-strategy|python|registry|omit|include|tag|loglevel|workspace|install-dir|bindir|source|version|scope|cache|userconfig|use-feature|report))$/

function versionEdits({ file, image }: Situation, manager: Manager, line: number): Edit[] {
  const script = runScriptAt(file, line)
  const instruction = instructionAt(file, line)
  return (script?.commands ?? []).flatMap(({ node, words }): Edit[] => {
    const begin = /^python[0-9.]*$/.test(words[0] ?? '') && words[1] === '-m' ? 2 : 0
    const at = words.findIndex((word, index) => index > begin && manager.subcommands.includes(word))
    const isCommand = words.slice(begin + 1, at).every((word) => word.startsWith('-'))
    if (script === undefined || at === -1 || !isCommand || !manager.programs.test(words[begin] ?? '')) return []
    return wordsOf(node)
      .slice(at + 1)
      .flatMap((word, index, all): Edit[] => {
        const name = plainWord(word)
        // An option's value, a path and a URL are not names.
        if (name === undefined || withValue.test(all[index - 1]?.value ?? '')) return []
        const [, bare = '', extras = ''] = /^((?:@[a-z0-9._-]+\/)?[A-Za-z0-9][\w.-]*)(\[[\w.,-]+\])?$/.exec(name) ?? []
        const isGlobal = words.some((one) => /^(-g|--global)$/.test(one))
        const version = judgedVersion(image.packages, manager, bare, (one) => isOf(file, instruction, one, isGlobal))
        const written = word.text.indexOf(name)
        // Without quotes, the shell takes `>=3` for a file to write to.
        if (/[<>]/.test(script.text[word.end] ?? '')) return []
        if (version === undefined || written === -1 || (extras !== '' && manager.type !== 'python-pkg')) return []
        const end = script.at(word.pos + written + name.length - 1) + 1
        return [{ start: end, end, text: `${manager.sign}${version}` }]
      })
  })
}

/** Where npm has what it installs for all. */
const globalPackages = '/usr/local/lib/node_modules/'

/**
 * Whether a package of the image may be what a RUN has installed: its stage is shipped, or what is shipped comes from it; and
 * npm's packages for all are where those are.
 */
function isOf(
  file: DockerfileFile,
  instruction: PlacedInstruction | undefined,
  { type, path }: Situation['image']['packages'][number],
  isGlobal: boolean,
): boolean {
  if (instruction === undefined) return false
  const place = path === undefined ? undefined : `/${path.replace(/^\//, '')}`
  if (type === 'node-pkg' && place !== undefined && isGlobal !== place.startsWith(globalPackages)) return false
  if (file.shipped.includes(instruction.stage)) return true
  const copies = file.instructions.filter(
    ({ stage, flags }) => file.shipped.includes(stage) && builderOf(file, flags) === instruction.stage,
  )
  return copies.some((one) => {
    const { words } = withVariables(file, one)
    const from = words[0] ?? ''
    const target = absolute(workingDirectoryAt(file, one), words.at(-1) ?? '')
    const isPackages =
      type === 'node-pkg' && isGlobal
        ? globalPackages.startsWith(`${from.replace(/\/$/, '')}/`)
        : words.length === 2 && target !== undefined
    return isPackages && target !== undefined && place?.startsWith(`${target.replace(/\/$/, '')}/`)
  })
}

/** The version of a package in the image, if it has one, which a shell reads as it is. */
function judgedVersion(
  packages: Situation['image']['packages'],
  { type }: Manager,
  name: string,
  isMeant: (one: Situation['image']['packages'][number]) => boolean,
): string | undefined {
  const wanted = normal(name)
  const same = packages.filter((one) => one.type === type && normal(one.name) === wanted && isMeant(one))
  const [version, other] = new Set(same.map((one) => one.version))
  return other === undefined && /^[\w.+!-]+$/.test(version ?? '') ? version : undefined
}

/** Python's package names are equal regardless of their separators. */
function normal(name: string): string {
  return name.toLowerCase().replaceAll(/[-_.]+/g, '-')
}
