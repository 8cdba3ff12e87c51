import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline/promises'
import pc from 'picocolors'
import { makeScaffold } from '../../pipelines/scaffold.ts'
import { DeliveryError } from '../../src/model/errors.ts'
import { defused } from '../../src/model/printable.ts'
import { readRun } from '../../src/model/read-run.ts'
import {
  answersPath,
  measuredIn,
  clusterNames,
  complianceNames,
  identityNames,
  parseKeptAnswers,
  stackNames,
  targetNames,
  type Measured,
  type Scaffold,
  isFilledIn,
} from '../../src/scaffold/index.ts'
import { useColor } from '../show/color.ts'
import { renderDifferences } from '../show/differences.ts'
import { fileError, readGiven } from '../run/files/given-file.ts'
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
  cluster?: string
  identity?: string
  host?: string
  privateRegistry: boolean
  from?: string
  output?: string
  force: boolean
  check: boolean
}

/**
 * `loadline scaffold SOURCE`: writes what an application needs for production. Without --force, files that exist and
 * differ are shown, and nothing is written. With --check nothing is written: exit code 1 means that the files differ
 * from what would be written.
 */
export const make = command<ScaffoldOptions, [source: string]>({
  operands: [{ spelling: '<source>', description: 'directory of the application, or with --path of the repository' }],
  flags: {
    target: list('target', `where the application runs: ${targetNames.join(', ')}`, among(targetNames)),
    compliance: list('regime', `which compliance rules apply: ${complianceNames.join(', ')}`, among(complianceNames)),
    path: single('folder', "the application's directory below the source, in a repository with several"),
    stack: single('stack', `if the source could be several: ${stackNames.join(', ')}`),
    name: single('name', 'name of the application (default: from its manifest)'),
    image: single('reference', 'registry/repository of the image, without a tag'),
    repository: single('url', 'address of the source repository, for the labels (default: the git remote "origin")'),
    port: single('number', 'port that the application listens on (default: read from the code)'),
    health: single(
      'path',
      'path that answers 200 while it is healthy (default: read from the code), or tcp if it speaks no HTTP',
    ),
    ready: single(
      'path',
      'path that answers 200 while it can serve requests (default: read from the code, or the health path)',
    ),
    entry: single(
      'what',
      'entry point: a module, file, package directory, class or binary (default: read from the code)',
    ),
    cluster: single(
      'name',
      `whose Kubernetes it is: ${clusterNames.join(', ')} (default: eks if the code has a client of AWS)`,
    ),
    identity: single('name', `how pods on EKS get a role of AWS: ${identityNames.join(', ')} (default: pod-identity)`),
    host: single('name', 'name under which it is reached from outside, e.g. orders.example.com (default: it is not)'),
    privateRegistry: toggle("mount the package manager's credentials into the build as a secret"),
    from: single(
      'verdict.json',
      'take memory, start time and /tmp from the run of the image that this verdict records',
    ),
    output: single('directory', 'directory for the files (default: the source)'),
    force: toggle('overwrite files that exist and differ'),
    check: toggle('write nothing; exit 1 if a file differs from what would be written'),
  },
  more: `The answers are kept in deploy/scaffold.yaml, so later calls need no options.

Examples:
  loadline scaffold . --target kubernetes --compliance soc2 --image registry.example.com/shop/orders
  loadline scaffold . --target compose,ecs --compliance internal --output ../proposal
  loadline scaffold . --path services/orders --check`,
  run: scaffold,
})

async function scaffold(options: ScaffoldOptions, source: string): Promise<number> {
  const { output = source, force, check, ...given } = options
  noteApplication(source)
  const path = given.path?.replace(/^\.\//, '').replace(/(?<!\/)\/+$/, '') ?? ''
  const folder = path === '.' ? '' : path
  const answers = await gatherAnswers(source, folder, given)
  const made = await makeScaffold(answers, await readSourceTree(source))
  const compared = await compareFiles(resolve(output), made.files, (...file) =>
    isFilledIn(...file, { sizes: given.from === undefined }),
  )
  const changed = compared.filter(({ state }) => state === 'changed')
  if (check) {
    await sayOverrides(resolve(output, folder), compared)
    return sayDrift(compared)
  }
  if (changed.length > 0) {
    writeDifferences(changed)
    if (!force)
      throw new DeliveryError(
        'USAGE',
        `${changed.length === 1 ? 'a file exists and differs' : `${changed.length} files exist and differ`}: ${changed.map((file) => file.path).join(', ')}. Nothing was written`,
        'Read the differences above. Add --force to overwrite, or --output DIRECTORY to write elsewhere.',
      )
  }
  // What a release or an administrator has filled in stays.
  const kept = new Set(compared.filter(({ state }) => state === 'filled').map((file) => file.path))
  const written = Object.entries(made.files).filter(([file]) => !kept.has(file))
  await writeFiles(resolve(output), Object.fromEntries(written), 'the scaffold')
  process.stdout.write(defused(summary(made, compared)))
  return 0
}

/** Compose starts what these say with what the scaffold wrote, and nobody wrote them but people. */
async function sayOverrides(directory: string, compared: readonly ComparedFile[]): Promise<void> {
  if (!compared.some(({ path }) => path.endsWith('compose.yaml'))) return
  const names = ['compose', 'docker-compose'].flatMap((name) => [`${name}.override.yaml`, `${name}.override.yml`])
  const there = await Promise.all(names.map((name) => isThere(directory, name)))
  const overrides = names.filter((_, index) => there[index])
  if (overrides.length > 0)
    process.stderr.write(
      `${overrides.join(' and ')} can take back what compose.yaml forbids, and is not judged here: "loadline audit" judges both together.\n`,
    )
}

async function isThere(directory: string, path: string): Promise<boolean> {
  try {
    await readBelow(directory, path, limits.listed)
    return true
  } catch (error) {
    return !(error instanceof FileFault && error.reason === 'absent')
  }
}

function sayDrift(compared: readonly ComparedFile[]): number {
  const drifted = compared.filter(({ state }) => state === 'new' || state === 'changed')
  if (drifted.length === 0) {
    process.stdout.write(`${compared.length} files match what the scaffold would write.\n`)
    return 0
  }
  writeDifferences(drifted)
  process.stderr.write(
    `${drifted.length} of ${compared.length} files differ from what the scaffold would write. Overwrite them with "loadline scaffold --force", or keep the change and drop this check.\n`,
  )
  return 1
}

function writeDifferences(files: readonly ComparedFile[]): void {
  process.stdout.write(renderDifferences(files, pc.createColors(useColor(process.stdout))))
}

function summary({ application, notes }: Scaffold, compared: readonly ComparedFile[]): string {
  const folder = application.path === '' ? '' : `${application.path}/`
  return [
    `${application.name}: ${application.stack}, port ${application.port}, health ${application.health}, ready ${application.ready}, metrics ${application.metrics ?? 'none'}`,
    ...compared.map(({ path, state }) => `  ${state.padEnd(9)} ${path}`),
    ...(notes.length === 0 ? [] : ['', ...notes.map((note) => `note: ${note}`)]),
    '',
    `Next: read ${folder}DEPLOYMENT.md, then "loadline lock ${folder === '' ? '.' : application.path}" and "loadline build-and-scan ${folder === '' ? '.' : application.path}".`,
    '',
  ].join('\n')
}

/**
 * Answers from the command line, then from an earlier scaffold, then from the terminal. Throws `USAGE` if one is
 * missing and nobody can be asked.
 */
async function gatherAnswers(
  source: string,
  path: string,
  { target, compliance, port, privateRegistry, from, ...others }: Omit<ScaffoldOptions, 'output' | 'force' | 'check'>,
): Promise<Record<string, unknown>> {
  const typed = Object.fromEntries(
    Object.entries({
      ...others,
      path,
      targets: target.length === 0 ? undefined : target,
      compliance: compliance.length === 0 ? undefined : compliance,
      privateRegistry: privateRegistry || undefined,
      measured: from === undefined ? undefined : await measuredFrom(from),
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
      'Give the options, or run the command on a terminal to be asked.',
    )
  }
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  try {
    if (answers['targets'] === undefined)
      answers['targets'] = words(
        await terminal.question(`Where does it run? ${targetNames.join(', ')} (comma-separated): `),
      )
    if (answers['compliance'] === undefined)
      answers['compliance'] = words(
        await terminal.question(`Which compliance rules apply? ${complianceNames.join(', ')} (comma-separated): `),
      )
    if (answers['image'] === undefined) {
      const image = (
        await terminal.question(
          'Registry and repository of the image, e.g. registry.example.com/shop/orders (leave empty to decide later): ',
        )
      ).trim()
      if (image !== '') answers['image'] = image
    }
  } finally {
    terminal.close()
  }
  return answers
}

/** What the verdict document of a run says that was measured. */
async function measuredFrom(path: string): Promise<Measured> {
  const text = await readGiven({ path, what: 'verdict', code: 'USAGE', most: limits.report })
  return measuredIn(readRun(text, path))
}

async function keptAnswers(source: string, path: string): Promise<Record<string, unknown>> {
  try {
    return parseKeptAnswers(String(await readBelow(source, path, limits.written)), join(source, path))
  } catch (error) {
    if (error instanceof FileFault && error.reason === 'absent') return {}
    throw fileError(error, 'SOURCE', join(source, path))
  }
}
