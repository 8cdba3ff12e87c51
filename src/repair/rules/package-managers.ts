import { posix } from 'node:path'
import { hasShell, isPlainPath, violationsOf, type Repair } from '../repair.ts'
import { runElsewhere } from '../run-elsewhere.ts'

/**
 * Package managers are removed once nothing else is installed: behind the last RUN of the shipped stage. One that starts the
 * application is kept.
 */
export const packageManagers: Repair = {
  id: 'package-managers',
  title: 'Package managers are removed behind the last RUN of the shipped stage, with all files of npm, yarn and pip',
  answers: ['package-managers'],
  propose(situation) {
    const { entrypoint = [], cmd = [] } = situation.image.configuration ?? {}
    const elsewhere = runElsewhere(situation).flatMap(({ programs }) => programs)
    const words = [...entrypoint, ...cmd, ...elsewhere].flatMap((word) => word.split(/\s+/))
    const used = new Set(words.map((word) => posix.basename(word)))
    const paths = violationsOf(situation, 'package-managers').map(({ id }) => id)
    const kept = paths.filter((path) => used.has(posix.basename(path)))
    // A program in use may call others beside it.
    const keptTrees = new Set(kept.map(treeOf))
    const removed = paths.filter((path) => isPlainPath(path) && !kept.includes(path) && !keptTrees.has(treeOf(path)))
    const [starter] = kept
    return {
      proposals:
        removed.length === 0 || !hasShell(situation)
          ? []
          : [
              {
                repair: packageManagers.id,
                what: 'removes package managers',
                equal: false,
                asRoot: [`rm -rf ${[...new Set(removed.flatMap(wholeTree))].join(' ')}`],
              },
            ],
      ...(starter === undefined
        ? {}
        : {
            remains: [
              {
                rule: 'package-managers' as const,
                text: `${posix.basename(starter)} starts the application, or another file starts it in this image. Start the application directly, e.g. CMD ["node", "server.js"]; then the package manager can be removed.`,
              },
            ],
          }),
    }
  },
}

/** The directory that contains a language's package manager; the program itself if there is none. */
function treeOf(path: string): string {
  return /^.*\/node_modules\/[^/]+|^\/opt\/yarn[^/]*/.exec(path)?.[0] ?? path
}

/** Everything that belongs to a path: the record of a package without files would be scanned for nothing. */
function wholeTree(path: string): string[] {
  return /\/(site|dist)-packages\/pip$/.test(path) ? [path, `${path}-*.dist-info`] : [treeOf(path)]
}
