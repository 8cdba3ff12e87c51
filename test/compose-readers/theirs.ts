import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { execa } from 'execa'
import { z } from 'zod'
import { root } from '../repo/source-files.ts'
import { normal, open, type Project } from './ours.ts'

const known = <T extends z.ZodType>(type: T) => z.union([type, z.literal(open)])

/** A service, as far as the two readings are held against each other. */
export type Service = z.infer<typeof Service>
const Service = z.strictObject({
  image: z.string(),
  user: z.string(),
  privileged: known(z.boolean()),
  readOnly: known(z.boolean()),
  networkMode: z.string(),
  networks: z.array(z.string()),
  pid: z.string(),
  capAdd: z.array(z.string()),
  capDrop: z.array(z.string()),
  ports: z.array(
    z.strictObject({ hostIp: z.string(), published: z.string(), target: known(z.int()), protocol: z.string() }),
  ),
  mounts: z.array(z.strictObject({ kind: z.string(), source: z.string(), target: z.string(), readOnly: z.boolean() })),
})

/** What compose-go reads in a project, or why it refuses it. */
export type Answer = z.infer<typeof Answer>
export const Answer = z.strictObject({
  refused: z.string().optional(),
  services: z.record(z.string(), Service).optional(),
})

/** Asks compose-go about projects, in one process. Needs Go. */
export async function theirs(projects: readonly Project[]): Promise<Answer[]> {
  const work = realpathSync(mkdtempSync(join(tmpdir(), 'loadline-compose-')))
  try {
    const questions = projects.map(({ files, paths }, index) => {
      const directory = join(work, String(index), 'project')
      for (const [path, content] of Object.entries(files)) {
        mkdirSync(dirname(join(directory, path)), { recursive: true })
        writeFileSync(join(directory, path), content)
      }
      return JSON.stringify({ directory, files: paths })
    })
    const { stdout } = await execa('go', ['run', '.'], {
      cwd: join(root, 'test/compose-readers/go'),
      input: `${questions.join('\n')}\n`,
      env: { CGO_ENABLED: '0', GOFLAGS: '-mod=readonly' },
    })
    return stdout.split('\n').map((line) => inOurWords(Answer.parse(JSON.parse(line))))
  } finally {
    rmSync(work, { recursive: true })
  }
}

const kinds: Readonly<Record<string, string>> = { npipe: 'bind', image: 'volume', cluster: 'volume' }

function inOurWords({ services, ...refused }: Answer): Answer {
  if (services === undefined) return refused
  const capability = (name: string) => name.toUpperCase().replace(/^CAP_/, '')
  const read = Object.entries(services).map(([name, service]): [string, Service] => [
    name,
    {
      ...service,
      capAdd: service.capAdd.map(capability),
      capDrop: service.capDrop.map(capability),
      ports: service.ports.map((port) => ({ ...port, protocol: port.protocol || 'tcp' })),
      mounts: service.mounts.map((mount) => ({
        ...mount,
        kind: kinds[mount.kind] ?? mount.kind,
        source: mount.kind === 'bind' ? normal(mount.source) : mount.source,
        target: normal(mount.target),
      })),
    },
  ])
  return { services: Object.fromEntries(read) }
}
