import { posix } from 'node:path'
import { hasShell, isPlainPath, violationsOf, type Repair } from '../repair.ts'

/** Package managers go where nothing else is installed: at the end of the shipped stage. What starts the application stays. */
export const packageManagers: Repair = {
  id: 'package-managers',
  title: 'Package managers are removed at the end of the shipped stage, with the whole tree of npm, yarn and pip',
  answers: ['package-managers'],
  propose(situation) {
    const { entrypoint = [], cmd = [] } = situation.image.configuration ?? {}
    const words = [...entrypoint, ...cmd].flatMap((word) => word.split(/\s+/))
    const used = new Set(words.map((word) => posix.basename(word)))
    const paths = violationsOf(situation, 'package-managers').map(({ id }) => id)
    const kept = paths.filter((path) => used.has(posix.basename(path)))
    // What is used may call its neighbours.
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
                text: `${posix.basename(starter)} starts the application. Start what it starts instead, e.g. CMD ["node", "server.js"]; then it can go.`,
              },
            ],
          }),
    }
  },
}

/** The tree that a program of a language's package manager lies in; the program itself where it has none. */
function treeOf(path: string): string {
  return /^.*\/node_modules\/[^/]+|^\/opt\/yarn[^/]*/.exec(path)?.[0] ?? path
}

/** What belongs to a path: a record of a package whose files are gone would be scanned for nothing. */
function wholeTree(path: string): string[] {
  return /\/(site|dist)-packages\/pip$/.test(path) ? [path, `${path}-*.dist-info`] : [treeOf(path)]
}
