import { DeliveryError } from '../model/errors.ts'
import { printable } from '../model/printable.ts'
import { publicAddress, type Answers } from './answers.ts'
import type { Application } from './application.ts'
import { besideCode } from './beside-code.ts'
import { findEndpoints, type Endpoints } from './endpoints.ts'
import { findStack } from './find-stack.ts'
import { requestMetrics } from './instruments.ts'
import { scrapingOf } from './metrics.ts'
import { readServices } from './read-services.ts'
import { runtimes } from './runtimes.ts'
import { shippedCode } from './settings/read-settings.ts'
import { below, type SourceTree } from './source-tree.ts'
import { requireNameable } from './top-level.ts'

/**
 * Reads an application from its source, with the user's answers for what the source does not show. Throws `SOURCE` and
 * `USAGE`; anything missing stops the scaffold as a whole.
 */
export function readApplication(source: SourceTree, answers: Answers): Application {
  const tree = below(source, answers.path)
  if (tree.paths.length === 0)
    throw new DeliveryError(
      'SOURCE',
      `expected an application in ${answers.path === '' ? 'the source' : answers.path}, found no files`,
      'Correct the path.',
    )
  const stack = findStack(tree, source, answers)
  const read = stack.read(tree, answers)
  requireNameable(read.sources)
  const { port: stackPort, health: stackHealth, ready: stackReady, metrics: _metrics, ...reading } = read
  const { libraries, implied: _implied, inImage: _inImage, onlyBuild = [], otherPrograms, ...kept } = reading
  const shipped = read.sources.filter((path) => !onlyBuild.includes(path))
  const code = shippedCode(tree, read.language, shipped, answers.settings)
  const services = readServices(code, read, answers)
  const { exposed, notes: notesBeside, ...beside } = besideCode(tree, code, read, answers)
  const started = code.filter(({ path }) => otherPrograms?.has(path) !== true)
  const found = findEndpoints(started, read.language)
  const name = answers.name ?? nameOf(reading.name, answers.path.split('/').at(-1), source.name)
  const port = answers.port ?? stackPort ?? onePort(found.ports, exposed)
  const health = answers.health ?? stackHealth ?? found.health ?? noHealth(found.open)
  const ready = answers.ready ?? stackReady ?? (answers.health === undefined ? found.ready : undefined)
  const cluster = answers.cluster ?? (services.aws === undefined ? 'other' : 'eks')
  const { command } = runtimes[reading.language].healthcheck
  const { path: metrics, unscraped } = scrapingOf(code, read, found)
  return {
    ...kept,
    ...services,
    ...beside,
    name,
    description: reading.description?.replaceAll(/\s+/g, ' ').trim() || `The ${name} service`,
    repository: answers.repository ?? webAddress(reading.repository) ?? unknownRepository(),
    image: answers.image ?? `registry.example.com/${name}`,
    path: answers.path,
    port,
    health,
    ready: ready ?? health,
    metrics,
    unscraped,
    cluster,
    identity: identityOf(answers, services.aws !== undefined && cluster === 'eks'),
    host: answers.host,
    requests: metrics === undefined ? undefined : requestMetrics(libraries),
    healthcheck: [...command, health === 'tcp' ? `tcp://127.0.0.1:${port}` : `http://127.0.0.1:${port}${health}`],
    // The variable that most platforms and frameworks use.
    environment: { PORT: String(port), ...reading.environment },
    measured: answers.measured,
    targets: answers.targets,
    compliance: answers.compliance,
    notes: notesOf(answers, { name, health, unscraped, aws: services.aws }, [
      ...openReadyNote(found.open, { ready, health }),
      ...reading.notes,
      ...services.notes,
      ...notesBeside(port),
    ]),
  }
}

function noHealth({ health }: Endpoints['open']): never {
  throw new DeliveryError(
    'SOURCE',
    `expected a path that answers 200 while the application is healthy, found ${health === undefined ? 'none of /livez, /healthz, /health and the like among what the code answers' : `${health} in the code, but not what stands before it`}`,
    'Add one, or pass the whole path with --health, e.g. --health /api/health; "--health tcp" if it speaks no HTTP.',
  )
}

/** How pods get a role, where there is a cluster that gives one. */
function identityOf({ targets, identity = 'pod-identity' }: Answers, wanted: boolean): Application['identity'] {
  return wanted && targets.includes('kubernetes') ? identity : undefined
}

/** A path for readiness that the code has and that nobody asks for, because what stands before it is not known. */
function openReadyNote(
  open: Endpoints['open'],
  { ready, health }: { ready: string | undefined; health: string },
): string[] {
  return ready === undefined && open.ready !== undefined
    ? [
        `The code has ${open.ready}, but not as plain text what stands before it: until you pass the whole path with --ready, ${health === 'tcp' ? 'a connection' : health} also says whether a replica can serve.`,
      ]
    : []
}

/** What a person should know before the first build. */
function notesOf(
  { image, cluster, targets }: Answers,
  { name, health, unscraped, aws }: Pick<Application, 'name' | 'health' | 'unscraped' | 'aws'>,
  others: readonly string[],
): string[] {
  const guessed = aws !== undefined && cluster === undefined && targets.includes('kubernetes')
  const notes: ReadonlyArray<readonly [said: boolean, note: string]> = [
    [
      image === undefined,
      `The image is called registry.example.com/${name} everywhere: use --image to name your registry.`,
    ],
    [
      true,
      'The workflow runs the Loadline that the variables LOADLINE_REPOSITORY and LOADLINE_COMMIT of the GitHub repository name: set both.',
    ],
    [
      guessed,
      `The code has a client of AWS (${aws?.library}), so the cluster is taken for EKS: use --cluster other if it is not.`,
    ],
    [
      health === 'tcp',
      'Its health is a connection alone, which a process that hangs may still take: give it a path if it can have one.',
    ],
    ...others.map((note) => [true, note] as const),
    [unscraped !== undefined, unscraped ?? ''],
  ]
  // A path or a command of the source is no line of its own, and has no colours.
  return notes.flatMap(([said, note]) => (said ? [printable(note, Infinity)] : []))
}

function nameOf(...candidates: ReadonlyArray<string | undefined>): string {
  const found = candidates
    .map((candidate) =>
      candidate
        ?.toLowerCase()
        .replaceAll(/[^a-z0-9]+/g, '-')
        .replace(/^[^a-z]+|(?<!-)-+$/g, '')
        .slice(0, 40)
        .replace(/(?<!-)-+$/, ''),
    )
    .find((candidate) => candidate !== undefined && candidate !== '')
  if (found !== undefined) return found
  throw new DeliveryError(
    'SOURCE',
    'expected a name for the application, found none in its own files',
    'Pass one with --name, e.g. --name orders.',
  )
}

/** The port in the code; where it has none, the one that the project's own Dockerfile opens. */
function onePort(inCode: readonly number[], exposed: readonly number[]): number {
  const [ports, where] =
    inCode.length === 0 && exposed.length > 0 ? [exposed, 'EXPOSE of the Dockerfile'] : [inCode, 'the code']
  const [only, ...others] = ports
  if (only !== undefined && others.length === 0 && (inCode.length > 0 || only >= 1024)) return only
  throw new DeliveryError(
    'SOURCE',
    `expected the port that the application listens on, found ${ports.length === 0 ? 'none in the code' : `${ports.join(', ')} in ${where}${only !== undefined && only < 1024 ? ', and one below 1024 needs a privilege' : ''}`}`,
    'Pass it with --port, e.g. --port 8080.',
  )
}

/** The address of a repository as browsers open it; undefined for any other, which no label and no answer can have. */
function webAddress(given: string | undefined): string | undefined {
  const plain = publicAddress(given?.trim().replace(/^git\+/, '') ?? '').replace(/\.git$/, '')
  return /^https?:\/\//.test(plain) && URL.canParse(plain) ? plain : undefined
}

function unknownRepository(): never {
  throw new DeliveryError(
    'USAGE',
    "expected the address of the source's repository for the image's labels, found none: there is no git remote, and the application's own files name none",
    'Pass it with --repository, e.g. --repository https://git.example.com/shop/orders.',
  )
}
