import type { Edit } from '../dockerfile-file.ts'
import { lintOf, type Proposal, type Repair } from '../repair.ts'
import { runScriptAt, wordsOf, type PlacedScript } from '../script.ts'

/** A remark of hadolint that adding one option resolves. */
interface Missing {
  code: string
  programs: RegExp
  /** The option stands behind one of these, or behind the program if there are none. */
  subcommands: readonly string[]
  option: string
  /** Options with the same effect. */
  said: RegExp
  equal: boolean
}

const yes = /^(-[a-xzA-Z]*y[a-zA-Z]*|--yes|--assume-yes|--assumeyes|-n|--non-interactive)$/

const missing: readonly Missing[] = [
  // Nobody can answer a prompt during a build: a build that succeeds without the option confirms in some other way.
  { code: 'DL3014', programs: /^apt-get$/, subcommands: ['install'], option: '-y', said: yes, equal: true },
  { code: 'DL3030', programs: /^yum$/, subcommands: ['install'], option: '-y', said: yes, equal: true },
  { code: 'DL3034', programs: /^zypper$/, subcommands: ['install', 'in'], option: '-y', said: yes, equal: true },
  { code: 'DL3038', programs: /^(micro)?dnf$/, subcommands: ['install'], option: '-y', said: yes, equal: true },
  {
    code: 'DL3042',
    programs: /^pip[0-9.]*$/,
    subcommands: ['install'],
    option: '--no-cache-dir',
    said: /^--no-cache-dir$/,
    equal: true,
  },
  { code: 'DL3019', programs: /^apk$/, subcommands: ['add'], option: '--no-cache', said: /^--no-cache$/, equal: true },
  {
    code: 'DL3046',
    programs: /^useradd$/,
    subcommands: [],
    option: '--no-log-init',
    said: /^(-l|--no-log-init)$/,
    equal: true,
  },
  {
    code: 'DL3015',
    programs: /^apt-get$/,
    subcommands: ['install'],
    option: '--no-install-recommends',
    said: /^(--no-install-recommends|APT::Install-Recommends=)/,
    equal: false,
  },
]

/** Adds the options that hadolint misses, each after the word that it belongs to. */
export const commandOptions: Repair = {
  id: 'command-options',
  title:
    'Package managers and useradd get the option that hadolint asks for: to answer yes, to keep no cache, to install nothing that was not requested, to write no large log of users',
  answers: missing.map(({ code }) => code),
  propose(situation) {
    const { file } = situation
    const proposals = missing.flatMap((rule): Proposal[] => {
      const lines = [...new Set(lintOf(situation, rule.code).map(({ line }) => line))]
      const edits = lines.flatMap((line) => {
        const script = runScriptAt(file, line)
        return script === undefined ? [] : optionEdits(script, rule, situation.image.packages)
      })
      return edits.length === 0
        ? []
        : [
            {
              repair: `${commandOptions.id} ${rule.code}`,
              what: `${rule.option} where it is missing`,
              equal: rule.equal,
              edits,
            },
          ]
    })
    return { proposals }
  },
}

function optionEdits(
  script: PlacedScript,
  { programs, subcommands, option, said, equal }: Missing,
  packages: ReadonlyArray<{ name: string }>,
): Edit[] {
  return script.commands.flatMap(({ node, words: [program = '', ...args] }): Edit[] => {
    const isModule =
      subcommands.length > 0 && /^python[0-9.]*$/.test(program) && args[0] === '-m' && programs.test(args[1] ?? '')
    const index = args.findIndex((word) => subcommands.includes(word))
    const isMissing = index === -1 && subcommands.length > 0
    if ((!programs.test(program) && !isModule) || isMissing || args.some((word) => said.test(word))) return []
    const placed = wordsOf(node)
    const subcommand = placed[index + 1]
    const last = placed.at(-1)
    if (subcommand === undefined || last === undefined) return []
    const at = script.at(subcommand.end - 1) + 1
    const added = { start: at, end: at, text: ` ${option}` }
    // The certificates are a recommended package of the download tool, and starting the image would not show that they
    // are missing.
    const needsCertificates =
      !equal && packages.some(({ name }) => name === 'ca-certificates') && !script.text.includes('ca-certificates')
    const end = script.at(last.end - 1) + 1
    return needsCertificates ? [added, { start: end, end, text: ' ca-certificates' }] : [added]
  })
}
