import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline/promises'
import pc from 'picocolors'
import { makeScaffold } from '../../pipelines/scaffold.ts'
import { DeliveryError } from '../../src/model/errors.ts'
import { defused } from '../../src/model/printable.ts'
import {
  answersPath,
  complianceNames,
  parseKeptAnswers,
  stackNames,
  targetNames,
  type Scaffold,
} from '../../src/scaffold/index.ts'
import { useColor } from '../show/color.ts'
import { renderDifferences } from '../show/differences.ts'
import { fileError } from '../run/files/given-file.ts'
import { FileFault, noteApplication } from '../run/files/physical-path.ts'
import { limits, readBelow } from '../run/files/read-file.ts'
import { writeFiles } from '../run/files/write-files.ts'
import { readOrigin } from '../run/git/read-git-facts.ts'
import { readSourceTree } from '../run/read-source-tree.ts'
import { compareFiles, type ComparedFile } from '../run/scaffold-files.ts'
import { command } from './command.ts'
import { among, list, single, toggle, words } from './flag.ts'

interface ScaffoldOptions {
  target: string[]
  compliance: string[]
  path?: string
  stack?: string
  name?: string
  image?: string
  repository?: string
  port?: string
  health?: string
  ready?: string
  entry?: string
  privateRegistry: boolean
  output?: string
  force: boolean
  check: boolean
}

/**
 * `loadline scaffold SOURCE`: writes what takes an application to production. What exists and differs is shown and never written over without --force, and then nothing else is written either.
 * With --check nothing is written: exit code 1 says that the files are not what would be written.
 */
export const make = command<ScaffoldOptions, [source: string]>({
  operands: [{ spelling: '<source>', description: 'directory of the application, or of the repository with --path' }],
  flags: {
    target: list('target', `where it runs: ${targetNames.join(', ')}`, among(targetNames)),
    compliance: list('regime', `which rules bind it: ${complianceNames.join(', ')}`, among(complianceNames)),
    path: single('folder', 'folder of the application below the source, in a repository with several'),
    stack: single('stack', `where the source has signs of several: ${stackNames.join(', ')}`),
    name: single('name', 'name of the application (default: its own)'),
    image: single('reference', 'registry/repository of the image, without tag'),
    repository: single('url', 'address of the source repository, for the labels (default: the git remote "origin")'),
    port: single('number', 'port that it listens on (default: read from the code)'),
    health: single('path', 'path that answers 200 while it is healthy (default: read from the code)'),
    ready: single('path', 'path that answers 200 while it can serve (default: read from the code, or the health path)'),
    entry: single('what', 'what starts: a module, file, package folder, class or binary (default: read from the code)'),
    privateRegistry: toggle('mount credentials of the package manager into the build as a secret'),
    output: single('directory', 'where the files go (default: the source)'),
    force: toggle('write over files that exist and differ'),
    check: toggle('write nothing; exit 1 where a file is not what would be written'),
  },
  more: `The answers are kept in deploy/scaffold.yaml, so later calls need none.

Examples:
  loadline scaffold . --target kubernetes --compliance soc2 --image registry.example.com/shop/orders
  loadline scaffold . --target compose,ecs --compliance internal --output ../proposal
  loadline scaffold . --path services/orders --check`,
  run: scaffold,
})

async function scaffold(options: ScaffoldOptions, source: string): Promise<number> {
  const { output = source, force, check, ...given } = options
  noteApplication(source)
  const path = given.path?.replace(/^\.\//, '').replace(/\/+$/, '') ?? ''
  const answers = await gatherAnswers(source, path === '.' ? '' : path, given)
  const made = await makeScaffold(answers, await readSourceTree(source))
  const compared = await compareFiles(resolve(output), made.files)
  const changed = compared.filter(({ state }) => state === 'changed')
  if (check) return sayDrift(compared)
  if (changed.length > 0) {
    writeDifferences(changed)
    if (!force)
      throw new DeliveryError(
        'USAGE',
        `${changed.length === 1 ? 'a file exists' : `${changed.length} files exist`} and would be another: ${changed.map((file) => file.path).join(', ')}. Nothing was written`,
        'Read the differences above. Give --force to take them, or --output DIRECTORY to write beside.',
      )
  }
  await writeFiles(resolve(output), made.files, 'the scaffold')
  process.stdout.write(defused(summary(made, compared)))
  return 0
}

function sayDrift(compared: readonly ComparedFile[]): number {
  const drifted = compared.filter(({ state }) => state !== 'unchanged')
  if (drifted.length === 0) {
    process.stdout.write(`${compared.length} files are what the scaffold would write.\n`)
    return 0
  }
  writeDifferences(drifted)
  process.stderr.write(
    `${drifted.length} of ${compared.length} files are not what the scaffold would write. Take it over with "loadline scaffold --force", or keep the change and leave this check out.\n`,
  )
  return 1
}

function writeDifferences(files: readonly ComparedFile[]): void {
  process.stdout.write(renderDifferences(files, pc.createColors(useColor(process.stdout))))
}

function summary({ application, notes }: Scaffold, compared: readonly ComparedFile[]): string {
  const folder = application.path === '' ? '' : `${application.path}/`
  return [
    `${application.name}: ${application.stack}, port ${application.port}, health ${application.health}, ready ${application.ready}, metrics ${application.metrics}`,
    ...compared.map(({ path, state }) => `  ${state.padEnd(9)} ${path}`),
    ...(notes.length === 0 ? [] : ['', ...notes.map((note) => `note: ${note}`)]),
    '',
    `Next: read ${folder}DEPLOYMENT.md, then "loadline lock ${folder === '' ? '.' : application.path}" and "loadline build-and-scan ${folder === '' ? '.' : application.path}".`,
    '',
  ].join('\n')
}

/** Answers of the command line, then those that an earlier scaffold kept, then those that a person types. Throws `USAGE` where one is missing and nobody can be asked. */
async function gatherAnswers(
  source: string,
  path: string,
  { target, compliance, port, privateRegistry, ...others }: Omit<ScaffoldOptions, 'output' | 'force' | 'check'>,
): Promise<Record<string, unknown>> {
  const typed = Object.fromEntries(
    Object.entries({
      ...others,
      path,
      targets: target.length === 0 ? undefined : target,
      compliance: compliance.length === 0 ? undefined : compliance,
      privateRegistry: privateRegistry || undefined,
      port: port === undefined ? undefined : /^\d+$/.test(port) ? Number(port) : port,
    }).filter(([, value]) => value !== undefined),
  )
  const kept = await keptAnswers(source, join(path, answersPath))
  const answers: Record<string, unknown> = { ...kept, ...typed }
  if (answers['repository'] === undefined) {
    const address = await readOrigin(source)
    if (address !== undefined) answers['repository'] = address
  }
  const missing = (['targets', 'compliance'] as const).filter((name) => answers[name] === undefined)
  if (missing.length === 0) return answers
  if (!process.stdin.isTTY || !process.stderr.isTTY) {
    throw new DeliveryError(
      'USAGE',
      `expected ${missing.map((name) => (name === 'targets' ? `where the application runs (--target: ${targetNames.join(', ')})` : `which rules bind it (--compliance: ${complianceNames.join(', ')})`)).join(' and ')}, found no answer`,
      'Give the options, or run it on a terminal to be asked.',
    )
  }
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  try {
    if (answers['targets'] === undefined)
      answers['targets'] = words(
        await terminal.question(`Where does it run? ${targetNames.join(', ')} (several with commas): `),
      )
    if (answers['compliance'] === undefined)
      answers['compliance'] = words(
        await terminal.question(`Which rules bind it? ${complianceNames.join(', ')} (several with commas): `),
      )
    if (answers['image'] === undefined) {
      const image = (
        await terminal.question(
          'Registry and repository of the image, e.g. registry.example.com/shop/orders (empty: later): ',
        )
      ).trim()
      if (image !== '') answers['image'] = image
    }
  } finally {
    terminal.close()
  }
  return answers
}

async function keptAnswers(source: string, path: string): Promise<Record<string, unknown>> {
  try {
    return parseKeptAnswers(String(await readBelow(source, path, limits.written)), join(source, path))
  } catch (error) {
    if (error instanceof FileFault && error.reason === 'absent') return {}
    throw fileError(error, 'SOURCE', join(source, path))
  }
}
