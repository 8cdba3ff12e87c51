import { shippedInstructions } from '../dockerfile-file.ts'
import { violationsOf, type Repair, type Situation } from '../repair.ts'

const list = '.dockerignore'

/** What a build creates itself: copied from a workstation, it could be for a different system. */
const madeAnew: ReadonlyArray<readonly [command: RegExp, path: string]> = [
  [/\b(npm (ci|install)|yarn( install)?|pnpm (i|install))\b/, '**/node_modules'],
  [/\bpip[0-9.]* install\b|\buv sync\b|\bpoetry install\b/, '**/__pycache__'],
]

/** A Dockerfile that copies the whole directory gets a list of what does not belong in the image. */
export const ignoredFiles: Repair = {
  id: 'ignored-files',
  title: 'A directory that is copied as a whole gets a .dockerignore; files in which a credential was found are in it',
  answers: ['secrets'],
  propose(situation) {
    const { file, source } = situation
    const copiesAll = file.instructions.some(
      ({ keyword, words, flags }) =>
        /^(COPY|ADD)$/.test(keyword) &&
        !flags.some((flag) => flag.startsWith('--from')) &&
        words.slice(0, -1).some((word) => /^\.?\/?\.?$/.test(word)),
    )
    if (!copiesAll || source.paths.has(list) || source.paths.has(`${file.path}${list}`)) return {}
    const script = file.instructions
      .filter(({ keyword }) => keyword === 'RUN')
      .flatMap(({ words }) => words)
      .join('\n')
    const lines = [
      '.git',
      list,
      file.path,
      'loadline-report',
      ...madeAnew.flatMap(([command, path]) => (command.test(script) ? [path] : [])),
      ...leaked(situation),
    ]
    return {
      proposals: [
        {
          repair: ignoredFiles.id,
          what: `${list}: what does not belong in the image`,
          equal: false,
          files: { [list]: `${lines.join('\n')}\n` },
        },
      ],
      remains:
        violationsOf(situation, 'secrets').length === 0
          ? []
          : [
              {
                rule: 'secrets',
                text: 'A credential that was in an image is no longer secret: revoke it. Pass its replacement to the build with RUN --mount=type=secret, or to the container when it starts.',
              },
            ],
    }
  },
}

/** Files of the source in which a credential was found, identified by the end of their path in the image. */
function leaked(situation: Situation): string[] {
  const found = violationsOf(situation, 'secrets').flatMap(({ location }) =>
    location?.within === 'image' ? [location.path] : [],
  )
  const targets = shippedInstructions(situation.file)
    .filter(({ keyword }) => /^(COPY|ADD)$/.test(keyword))
    .map(({ words }) => words.at(-1) ?? '')
  return [...situation.source.paths]
    .filter((path) => targets.length > 0 && found.some((one) => one.endsWith(`/${path}`)))
    .toSorted()
}
