import type { Edit } from '../dockerfile-file.ts'
import { lintOf, type Proposal, type Repair, type Situation } from '../repair.ts'
import { plainWord, runScriptAt, wordsOf } from '../script.ts'

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

/** Packages that a command names without a version are pinned to the judged one. */
export const judgedVersions: Repair = {
  id: 'judged-versions',
  title: 'pip, npm and gem packages without a version are pinned to the one that was judged',
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
                text: 'DL3008, DL3018: distributions remove old versions, so that pinning one breaks a later build. Accept it with an exception, or install from a snapshot of the archive.',
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
        // An option's value, a path and a URL are not names.
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

/** Python's package names are equal regardless of their separators. */
function normal(name: string): string {
  return name.toLowerCase().replaceAll(/[-_.]+/g, '-')
}
