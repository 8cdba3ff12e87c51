import type { Edit } from '../dockerfile-file.ts'
import { lintOf, type Proposal, type Repair, type Situation } from '../repair.ts'
import { plainWord, runScriptAt, wordsOf } from '../script.ts'

interface Manager {
  code: string
  programs: RegExp
  subcommands: readonly string[]
  type: string
  /** Between name and version. */
  sign: string
}

/** Registries that keep every version. Distributions take old ones away, and a pinned version then breaks the build. */
const managers: readonly Manager[] = [
  { code: 'DL3013', programs: /^pip[0-9.]*$/, subcommands: ['install'], type: 'python-pkg', sign: '==' },
  { code: 'DL3016', programs: /^npm$/, subcommands: ['install', 'i', 'add'], type: 'node-pkg', sign: '@' },
  { code: 'DL3028', programs: /^gem$/, subcommands: ['install'], type: 'gemspec', sign: ':' },
]

/** Packages that a command names without a version get the one that was judged. */
export const judgedVersions: Repair = {
  id: 'judged-versions',
  title: 'Packages of pip, npm and gem that are named without a version get the one that was judged',
  answers: [...managers.map(({ code }) => code), 'DL3008', 'DL3018'],
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
        lintOf(situation, 'DL3008', 'DL3018').length === 0
          ? []
          : [
              {
                rule: 'lint-level',
                text: 'DL3008, DL3018: a distribution takes old versions away, and one that is pinned then breaks the build. Accept it by an exception, or install from a snapshot of the archive.',
              },
            ],
    }
  },
}

function versionEdits({ file, image }: Situation, manager: Manager, line: number): Edit[] {
  const script = runScriptAt(file, line)
  return (script?.commands ?? []).flatMap(({ node, words: [program = '', ...args] }): Edit[] => {
    if (script === undefined || !manager.programs.test(program) || !manager.subcommands.includes(args[0] ?? ''))
      return []
    return wordsOf(node)
      .slice(2)
      .flatMap((word, index, all): Edit[] => {
        const before = all[index - 1]?.value ?? ''
        const name = plainWord(word)
        // The value of an option, a path and an address are no names.
        if (
          name === undefined ||
          /^-(r|c|e|t|i|f|-[a-z-]+)$/.test(before) ||
          !/^(@[a-z0-9._-]+\/)?[A-Za-z0-9][\w.-]*$/.test(name)
        )
          return []
        const versions = new Set(
          image.packages
            .filter((one) => one.type === manager.type && normal(one.name) === normal(name))
            .map(({ version }) => version),
        )
        const [version, other] = versions
        if (version === undefined || other !== undefined) return []
        const at = script.at(word.end - 1) + 1
        return word.text === name ? [{ start: at, end: at, text: `${manager.sign}${version}` }] : []
      })
  })
}

/** Python's names are alike whatever stands between their words. */
function normal(name: string): string {
  return name.toLowerCase().replaceAll(/[-_.]+/g, '-')
}
