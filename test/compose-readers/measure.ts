import { readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { hasComposeName } from '../../src/audit/input/compose/is-compose.ts'
import { differences } from './compare.ts'
import type { Project } from './ours.ts'
import { theirs } from './theirs.ts'

/** `npm run test:compose -- DIRECTORY`: how Loadline and compose-go read every compose file below a directory, each with what lies beside it. Nothing of it is kept. */
const [directory = '.'] = process.argv.slice(2)
const found = readdirSync(directory, { recursive: true, encoding: 'utf8' })
  .filter((path) => hasComposeName(path) || (/\.ya?ml$/.test(path) && hasServices(join(directory, path))))
  .toSorted()
const projects = found.map((path): Project => ({
  files: beside(join(directory, dirname(path))),
  paths: [basename(path)],
}))
const answers = await theirs(projects)
const compared = projects.map((project, index) => ({
  path: found[index] ?? '',
  answer: answers[index] ?? { refused: 'no answer' },
  different: differences(project, answers[index] ?? { refused: 'no answer' }),
}))
for (const { path, different } of compared) for (const one of different) process.stdout.write(`${path}: ${one}\n`)
const refused = compared.filter(({ answer }) => answer.services === undefined)
const differ = compared.filter(({ different }) => different.length > 0)
process.stdout.write(
  `${compared.length} files: compose-go refuses ${refused.length}; of the others ${differ.length} are read otherwise\n`,
)

function hasServices(path: string): boolean {
  return statSync(path).isFile() && /^services:$/m.test(readFileSync(path, 'utf8'))
}

/** The texts of a directory, and of those directly below it: what a compose file may name. */
function beside(root: string, below = ''): Record<string, string> {
  return Object.fromEntries(
    readdirSync(join(root, below), { withFileTypes: true }).flatMap((entry) => {
      const path = join(below, entry.name)
      if (entry.isDirectory() && below.split('/').length < 3 && entry.name !== '.git')
        return Object.entries(beside(root, path))
      const isText =
        entry.isFile() && /\.(ya?ml|env)$|^\.env/.test(entry.name) && statSync(join(root, path)).size < 1_000_000
      return isText ? [[path, readFileSync(join(root, path), 'utf8')] as const] : []
    }),
  )
}
