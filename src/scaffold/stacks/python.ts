import { satisfies, validRange } from 'semver'
import { z } from 'zod'
import { DeliveryError } from '../../model/errors.ts'
import type { Answers } from '../answers.ts'
import type { StackReading } from '../application.ts'
import { requireLocked } from '../locked-dependencies.ts'
import { readSourceDocument } from '../source-document.ts'
import type { SourceTree } from '../source-tree.ts'
import type { Stack } from '../stack.ts'
import { codeAtTop, copyLines } from '../top-level.ts'
import { requireNeeded, type PinnedPackage } from './python-needs.ts'
import { observingPython } from './python-observing.ts'
import { howItStarts } from './python-start.ts'

/** Python versions available on a base without a shell, the preferred one first. Patch levels are Debian's: https://github.com/GoogleContainerTools/distroless. */
const pythons = [
  { version: '3.11.2', build: 'python:3.11-slim-bookworm', run: 'gcr.io/distroless/python3-debian12:nonroot' },
  { version: '3.13.5', build: 'python:3.13-slim-trixie', run: 'gcr.io/distroless/python3-debian13:nonroot' },
]

const Project = z.object({
  project: z
    .object({
      name: z.string().optional(),
      description: z.string().optional(),
      'requires-python': z.string().optional(),
      dependencies: z.array(z.string()).default([]),
      urls: z.record(z.string(), z.string()).optional(),
    })
    .optional(),
  tool: z
    .object({
      poetry: z
        .object({
          name: z.string().optional(),
          description: z.string().optional(),
          repository: z.string().optional(),
          dependencies: z.record(z.string(), z.unknown()).optional(),
          source: z.array(z.unknown()).optional(),
        })
        .optional(),
      uv: z.object({ index: z.array(z.unknown()).optional(), workspace: z.unknown().optional() }).optional(),
    })
    .optional(),
})

type Project = z.infer<typeof Project>

const Locked = z.object({ package: z.array(z.object({ name: z.string() })).default([]) })

const netrc = { id: 'netrc', target: '/root/.netrc' }

/** How each tool turns its lock file into versions with hashes. The tools' versions are pinned here. */
const exporters = {
  uv: {
    lockFile: 'uv.lock',
    tool: 'uv==0.9.7',
    export:
      'uv export --frozen --no-dev --no-emit-project --no-emit-workspace --format requirements-txt --output-file /tmp/requirements.txt',
  },
  poetry: {
    lockFile: 'poetry.lock',
    tool: 'poetry==2.2.1 poetry-plugin-export==1.9.0',
    export: 'poetry export --only main --format requirements.txt --output /tmp/requirements.txt',
  },
}

/** Whether a line of requirements.txt allows one version only: by number, or an archive of one commit. */
function pins(line: string): boolean {
  return /^[A-Za-z0-9._-]+(\[[^\]]*\])?\s*(?:==\s*[^*,\s]+|@\s*https:\/\/\S*\b[0-9a-f]{40}\b\S*)/.test(line)
}

function nameIn(line: string): string {
  return line.split(/[[=@\s]/)[0] ?? ''
}

function pinnedIn(line: string): PinnedPackage {
  return { name: normalized(nameIn(line)), version: /==(.*)/.exec(line)?.[1]?.trim() ?? '' }
}

/** A line that pip needs git for: a commit fixes what is installed, but the base that builds has no git. */
function fromGit(line: string): { why: string; change: string } | undefined {
  const [, address = '', at] = /\bgit\+\w+:\/\/(?:[^@/\s]+@)?([^@#\s]+)(?:@([^#;\s]+))?/.exec(line) ?? []
  if (address === '') return undefined
  const name =
    /^[^#]*#.*\begg=([\w.-]+)/.exec(line)?.[1] ?? /^([\w.-]+)\s*(?:\[[^\]]*\]\s*)?@/.exec(line)?.[1] ?? 'NAME'
  const commit = /^[0-9a-f]{40}$/.test(at ?? '') ? at : 'COMMIT'
  const archive = `https://${address.replace(/\.git$/, '')}/archive/${commit}.tar.gz`
  return {
    why: `${commit === 'COMMIT' ? 'only a whole commit fixes it, and ' : ''}the base that builds has no git`,
    change: `Name the archive of the commit instead, as GitHub and others serve it: ${name} @ ${archive}`,
  }
}

export const pythonPip: Stack = {
  name: 'python-pip',
  title: 'Python with pip',
  signs: ['requirements.txt'],
  lock: {
    wanted: 'a requirements.txt in which every line pins one version with ==',
    make: 'pip-compile --generate-hashes --output-file requirements.txt requirements.in',
  },
  locked: (tree) => requirements(tree).length > 0 && requirements(tree).every(pins),
  loose(tree) {
    const line = requirements(tree).find((one) => !pins(one))
    return line === undefined ? undefined : { line, remedy: fromGit(line) }
  },
  read(tree, answers) {
    const text = tree.texts.get('requirements.txt') ?? ''
    const hashed = requirements(tree).every((line) => line.includes('--hash='))
    const project = tree.texts.has('pyproject.toml') ? readSourceDocument(tree, 'pyproject.toml', 'TOML', Project) : {}
    const packages = requirements(tree).map(nameIn)
    requireNeeded(requirements(tree).map(pinnedIn))
    const reading = read(tree, answers, 'python-pip', project, packages, /^[ \t]*--(extra-)?index-url/m.test(text))
    return {
      ...reading,
      template: 'python-pip.Dockerfile',
      values: {
        ...reading.values,
        installOptions: hashed ? '--require-hashes --only-binary=:all: --no-compile' : '--no-deps --no-compile',
      },
      sources: ['requirements.txt', ...reading.sources],
      notes: [
        ...reading.notes,
        ...(hashed
          ? []
          : [
              'requirements.txt pins versions without hashes: whoever can change what the index serves can change the image. "pip-compile --generate-hashes" writes them.',
            ]),
      ],
    }
  },
}

export const pythonPoetry: Stack = {
  name: 'python-poetry',
  title: 'Python with Poetry',
  signs: [],
  lock: { wanted: 'poetry.lock', make: 'poetry lock' },
  locked: (tree) => tree.texts.has('poetry.lock'),
  read: (tree, answers) => readExported(tree, answers, 'python-poetry', exporters.poetry),
}

export const pythonUv: Stack = {
  name: 'python-uv',
  title: 'Python with uv',
  signs: ['pyproject.toml'],
  lock: { wanted: 'uv.lock', make: 'uv lock' },
  locked: (tree) => tree.texts.has('uv.lock'),
  read: (tree, answers) => readExported(tree, answers, 'python-uv', exporters.uv),
}

function readExported(
  tree: SourceTree,
  answers: Answers,
  stack: 'python-poetry' | 'python-uv',
  exporter: (typeof exporters)['uv'],
): StackReading {
  const project = readSourceDocument(tree, 'pyproject.toml', 'TOML', Project)
  if (project.tool?.uv?.workspace !== undefined)
    throw new DeliveryError(
      'SOURCE',
      'expected one application, found a uv workspace in pyproject.toml',
      'Lock the application separately, and pass its directory with --path.',
    )
  const locked = readSourceDocument(tree, exporter.lockFile, 'TOML', Locked)
  const locks = new Set(locked.package.map(({ name }) => normalized(name)))
  const wanted = [
    ...(project.project?.dependencies ?? []).map((line) => /^\s*([\w.-]+)/.exec(line)?.[1] ?? line),
    ...Object.keys(project.tool?.poetry?.dependencies ?? {}).filter((name) => name !== 'python'),
  ]
  requireLocked(
    'pyproject.toml',
    exporter.lockFile,
    wanted,
    (name) => locks.has(normalized(name)),
    stack === 'python-uv' ? 'uv lock' : 'poetry lock',
  )
  const privateIndex = project.tool?.uv?.index !== undefined || project.tool?.poetry?.source !== undefined
  const reading = read(
    tree,
    answers,
    stack,
    project,
    locked.package.map(({ name }) => name),
    privateIndex,
  )
  return {
    ...reading,
    template: 'python-export.Dockerfile',
    values: { ...reading.values, ...exporter },
    sources: ['pyproject.toml', exporter.lockFile, ...reading.sources],
  }
}

function read(
  tree: SourceTree,
  answers: Answers,
  stack: StackReading['stack'],
  { project, tool }: Project,
  given: readonly string[],
  privateIndex: boolean,
): StackReading {
  const packages = new Set(given.map(normalized))
  const wanted = project?.['requires-python'] ?? stringOf(tool?.poetry?.dependencies?.['python'])
  const python = choosePython(wanted)
  const start = howItStarts(tree, answers, packages)
  const { started, modules, copy, ...observing } = observingPython(start, packages)
  const code = codeAtTop(tree, /\.py$/, [
    (start.arguments[0] ?? start.module).split('.')[0] as string,
    start.module.split('.')[0] as string,
  ])
  const shipped = { folders: code.folders, files: code.files.filter((file) => file !== 'setup.py') }
  return {
    stack,
    language: 'python',
    name: project?.name ?? tool?.poetry?.name,
    description: project?.description ?? tool?.poetry?.description,
    repository: project?.urls?.['Repository'] ?? project?.urls?.['repository'] ?? tool?.poetry?.repository,
    bases: { build: python.build, run: python.run },
    template: '',
    values: { copySources: copyLines(shipped), copyObserving: copy },
    sources: [...shipped.folders, ...shipped.files],
    inImage: [...shipped.folders, ...shipped.files],
    ...observing,
    entrypoint: ['/usr/bin/python3', '-m', ...started],
    command: start.arguments,
    environment: {
      PYTHONPATH: [...start.roots.map((root) => (root === '' ? '/app' : `/app/${root}`)), '/app/site-packages', modules]
        .filter((path) => path !== '')
        .join(':'),
      PYTHONSAFEPATH: '1',
      PYTHONDONTWRITEBYTECODE: '1',
      PYTHONUNBUFFERED: '1',
    },
    ...(start.port === undefined ? {} : { port: start.port }),
    libraries: packages,
    secret: privateIndex || answers.privateRegistry ? netrc : undefined,
    structure: { present: '/usr/bin/python3', absent: ['/usr/bin/pip', '/app/site-packages/pip', '/app/tests'] },
    otherPrograms: start.otherPrograms,
    notes: start.notes,
  }
}

/** A name as the index compares names. */
function normalized(name: string): string {
  return name.toLowerCase().replaceAll(/[._-]+/g, '-')
}

/** The preferred Python that the project accepts. Throws `SOURCE` if no base without a shell has one. */
function choosePython(wanted: string | undefined): (typeof pythons)[number] {
  const range = (wanted ?? '*')
    .split(',')
    .map((part) =>
      part
        .trim()
        .replace(/^==\s*(\S.*)\.\*$/, '$1.x')
        .replace(/^==/, '=')
        .replace(/^~=\s*(\d+)\.(\d+)$/, '>=$1.$2 <$1.99')
        .replace(/^~=/, '~'),
    )
    .filter((part) => !part.startsWith('!='))
    .join(' ')
  const found = validRange(range) === null ? undefined : pythons.find(({ version }) => satisfies(version, range))
  if (found !== undefined) return found
  throw new DeliveryError(
    'SOURCE',
    `expected a project that runs on Python 3.11 or 3.13, which bases without a shell have; found requires-python ${JSON.stringify(wanted)}`,
    'Widen requires-python in pyproject.toml and lock again.',
  )
}

/** The file's requirements, with continuation lines joined, without comments and options. */
function requirements(tree: SourceTree): string[] {
  return (tree.texts.get('requirements.txt') ?? '')
    .replaceAll(/\\\r?\n/g, ' ')
    .split(/\r?\n/)
    .map((line) => line.replace(/(^|\s)#.*$/, '').trim())
    .filter(
      (line) =>
        line !== '' &&
        !/^--?(i|index-url|extra-index-url|only-binary|no-binary|prefer-binary|find-links|trusted-host|require-hashes)\b/.test(
          line,
        ),
    )
}

function stringOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}
