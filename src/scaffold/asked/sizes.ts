import { z } from 'zod'
import { anyOf, isMapping, type AskedChange } from './change.ts'

/** Above these a limit is none, and below them nothing starts. */
const bounds = { memory: [2 ** 24, 2 ** 38], millicores: [1, 64_000] } as const

const within = (value: number, [least, most]: readonly [number, number]) => value >= least && value <= most

/** A number or a text; a mapping may have a key that is called as what would make a text of it. */
const spelled = (value: unknown) => (typeof value === 'number' || typeof value === 'string' ? String(value) : '')

/** Bytes, as Kubernetes, Compose and the policy spell them. */
function bytesOf(value: unknown): number | undefined {
  const [, count, unit = ''] = /^(\d+(?:\.\d+)?) ?([KMG])(?:i|B|iB)?$/.exec(spelled(value)) ?? []
  return count === undefined ? undefined : Number(count) * 1024 ** (' KMG'.indexOf(unit) || 1)
}

function millicoresOf(value: unknown): number | undefined {
  const [, count, milli] = /^(\d+(?:\.\d+)?)(m?)$/.exec(spelled(value)) ?? []
  return count === undefined ? undefined : Number(count) * (milli === 'm' ? 1 : 1000)
}

interface Amounts {
  memory: number
  cpu: number
}

function amountsIn(value: unknown): Amounts | undefined {
  if (!isMapping(value)) return undefined
  const [memory, cpu] = [bytesOf(value['memory']), millicoresOf(value['cpu'] ?? value['cpus'])]
  return memory !== undefined && cpu !== undefined && within(memory, bounds.memory) && within(cpu, bounds.millicores)
    ? { memory, cpu }
    : undefined
}

/** A mapping with the generated amounts in place of its own; one that is missing stays so. */
function restored(generated: unknown, existing: unknown): unknown {
  if (!isMapping(generated) || !isMapping(existing)) return existing
  const amounts = ['cpu', 'cpus', 'memory'].filter(
    (key) => Object.hasOwn(generated, key) && Object.hasOwn(existing, key),
  )
  return { ...existing, ...Object.fromEntries(amounts.map((key) => [key, generated[key]])) }
}

/** "Set memory to the highest working set plus a third, the CPU request to the median." */
function resources(generated: unknown, existing: unknown): unknown {
  if (!isMapping(generated) || !isMapping(existing)) return existing
  const most = amountsIn(existing['limits'])
  const least = amountsIn(existing['requests'] ?? existing['reservations'] ?? existing['limits'])
  if (most === undefined || least === undefined || least.cpu > most.cpu || least.memory > most.memory) return existing
  return Object.fromEntries(
    Object.entries(existing).map(([key, own]) => [
      key,
      Object.hasOwn(generated, key) ? restored(generated[key], own) : own,
    ]),
  )
}

/** MiB that Fargate offers for CPU units: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html. */
const offered: ReadonlyMap<string, (memory: number) => boolean> = new Map([
  ['256', (memory) => [512, 1024, 2048].includes(memory)],
  ['512', (memory) => memory % 1024 === 0 && within(memory, [1024, 4096])],
  ['1024', (memory) => memory % 1024 === 0 && within(memory, [2048, 8192])],
  ['2048', (memory) => memory % 1024 === 0 && within(memory, [4096, 16_384])],
  ['4096', (memory) => memory % 1024 === 0 && within(memory, [8192, 30_720])],
  ['8192', (memory) => memory % 4096 === 0 && within(memory, [16_384, 61_440])],
  ['16384', (memory) => memory % 8192 === 0 && within(memory, [32_768, 122_880])],
])

const Task = z.looseObject({
  cpu: z.string(),
  memory: z.string().regex(/^\d+$/),
  containerDefinitions: z.array(
    z.looseObject({ cpu: z.int().positive().optional(), memory: z.int().positive().optional() }),
  ),
})

/** The size of a task, and the parts of its containers, which together are no larger. */
function task(generated: unknown, existing: unknown): unknown {
  const [was, is] = [Task.safeParse(generated), Task.safeParse(existing)]
  if (!was.success || !is.success || !isMapping(existing)) return existing
  const own: unknown = existing['containerDefinitions']
  if (!Array.isArray(own)) return existing
  const { cpu, memory, containerDefinitions } = is.data
  const sum = (key: 'cpu' | 'memory') => containerDefinitions.reduce((all, container) => all + (container[key] ?? 0), 0)
  if (!offered.get(cpu)?.(Number(memory)) || sum('cpu') > Number(cpu) || sum('memory') > Number(memory)) return existing
  return {
    ...existing,
    cpu: was.data.cpu,
    memory: was.data.memory,
    containerDefinitions: own.map((container, index) => restored(was.data.containerDefinitions[index], container)),
  }
}

/** The limits of production, under which the gate runs the image. */
function limitsOfGate(generated: unknown, existing: unknown): unknown {
  return amountsIn(existing) === undefined ? existing : restored(generated, existing)
}

/** MiB of a /tmp in memory: it has a size, and that is less than a machine has. */
const mostTemporary = 16_384

const isTemporary = (mebibytes: number) => Number.isInteger(mebibytes) && within(mebibytes, [1, mostTemporary])

function sizeOfMount(generated: unknown, existing: unknown): unknown {
  const size = /(?<=^\/tmp:size=)\d+(?=m,)/
  const [was, is] = [size.exec(spelled(generated))?.[0], size.exec(spelled(existing))?.[0]]
  return was !== undefined && is !== undefined && isTemporary(Number(is))
    ? spelled(existing).replace(size, was)
    : existing
}

export const askedSizes: readonly AskedChange[] = [
  { file: /\/base\/deployment\.yaml$/, at: /^\/0\/spec\/template\/spec\/containers\/\d+\/resources$/, undo: resources },
  {
    file: /\/cloud-run\/service\.yaml$/,
    at: /^\/0\/spec\/template\/spec\/containers\/\d+\/resources$/,
    undo: resources,
  },
  { file: /(^|\/)compose\.yaml$/, at: /^\/0\/services\/[^/]+\/deploy\/resources$/, undo: resources },
  { file: /(^|\/)loadline\.yaml$/, at: /^\/0\/runtime$/, undo: limitsOfGate },
  { file: /\/ecs\/task-definition\.json$/, at: /^\/0$/, undo: task },
  {
    file: /\/(base\/deployment|cloud-run\/service)\.yaml$/,
    at: /\/emptyDir\/sizeLimit$/,
    undo: anyOf((size) => within(bytesOf(size) ?? 0, [2 ** 20, mostTemporary * 2 ** 20])),
  },
  {
    file: /\/ecs\/task-definition\.json$/,
    at: /\/tmpfs\/0\/size$/,
    undo: anyOf((size) => typeof size === 'number' && isTemporary(size)),
  },
  { file: /(^|\/)compose\.yaml$/, at: /^\/0\/services\/[^/]+\/tmpfs\/\d+$/, undo: sizeOfMount },
]
