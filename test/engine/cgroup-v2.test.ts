import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import { beforeAll, describe, expect, it } from 'vitest'
import { parseSealedLock } from '../../src/stages/source/read-lock.ts'
import { effectiveCapabilities } from '../../toolchain/engine-bundle.ts'
import { sealedToolchain } from '../../toolchain/index.ts'
import type { StepEvent } from '../../toolchain/steps.ts'
import { recordStep } from '../suite/steps.ts'
import { debianDirectory } from '../world/installed-debian.ts'
import { sealedImages } from '../world/sealed-images.ts'
import { emptyStore } from '../world/store.ts'
import { runMachine } from '../world/virtual-machine.ts'

let emulator = ''
let lockFile = ''

beforeAll(async () => {
  const onProgress = (event: StepEvent) => recordStep(event, expect.getState().testPath)
  ;({ lockFile } = await sealedToolchain({ onProgress, log: () => undefined }).ensure())
  emulator = await debianDirectory('emulator', onProgress)
})

/** As the engine starts an exec with the rights of root: in the root of a namespace of control groups, where its own processes are. */
function specification(image: string): object {
  const everything = effectiveCapabilities('CapEff:\t1ffffffffff')
  const mount = (destination: string, type: string, ...options: string[]) => ({
    destination,
    type,
    source: type,
    options,
  })
  return {
    ociVersion: '1.0.2',
    root: { path: '/again' },
    process: {
      user: { uid: 0, gid: 0 },
      cwd: '/',
      args: ['/sandbox', 'run', '/usr/bin/crun', '/plan.json', `/${image}.json`, '/image'],
      env: ['PATH=/usr/bin:/bin'],
      capabilities: { bounding: everything, effective: everything, permitted: everything },
    },
    mounts: [
      mount('/proc', 'proc'),
      mount('/dev', 'tmpfs', 'mode=755'),
      mount('/dev/pts', 'devpts'),
      mount('/sys', 'sysfs'),
      mount('/sys/fs/cgroup', 'cgroup', 'rw'),
      mount('/run', 'tmpfs'),
      mount('/tmp', 'tmpfs'),
    ],
    linux: {
      cgroupsPath: '/exec',
      namespaces: ['pid', 'ipc', 'uts', 'mount', 'network', 'cgroup'].map((type) => ({ type })),
      resources: { devices: [{ allow: true, access: 'rwm' }] },
    },
  }
}

/** Two images with one root: one that serves, and one that takes memory without end. */
const images = {
  serves: ['/busybox', 'httpd', '-f', '-p', '8080', '-h', '/'],
  grows: ['/busybox', 'dd', 'if=/dev/zero', 'of=/dev/null', 'bs=64M'],
}

const plan = {
  schemaVersion: 1,
  environment: {},
  minimumUid: 1000,
  memory: 16 * 2 ** 20,
  pids: 16,
  cpus: 1,
  tmpfs: [],
  seccomp: null,
  probe: { kind: 'tcp', port: 8080 },
  readySeconds: 60,
  stopSeconds: 10,
  services: [],
}

/** The machine has the image of the sandbox as its root, and each container gets that again as its own. */
async function fill(root: string): Promise<void> {
  const store = emptyStore()
  const { tools } = parseSealedLock(readFileSync(lockFile, 'utf8'), lockFile)
  const [sandbox] = await sealedImages(store, tools['sandbox']?.reference ?? '')
  for (const { digest } of sandbox?.layers ?? []) {
    const layer = store.blobs.get(digest)
    if (layer !== undefined) await execa('tar', ['--extract', '--directory', root], { input: await layer.open() })
  }
  mkdirSync(join(root, 'image'))
  await execa('cp', [join(emulator, 'bin/busybox'), join(root, 'image')])
  writeFileSync(join(root, 'plan.json'), JSON.stringify(plan))
  for (const [name, Entrypoint] of Object.entries(images)) {
    writeFileSync(join(root, `${name}.json`), JSON.stringify({ config: { User: '65532', Entrypoint } }))
    mkdirSync(join(root, name))
    writeFileSync(join(root, name, 'config.json'), JSON.stringify(specification(name)))
  }
  const runs = Object.keys(images).map((name) => `crun --cgroup-manager cgroupfs run --bundle /${name} ${name}`)
  writeFileSync(join(root, 'start'), ['mkdir /again', 'mount --bind / /again', ...runs, ''].join('\n'))
}

/** What the sandbox said of each image, or why it said nothing. */
async function reports(...kernel: string[]) {
  const said = await runMachine({ emulator, kernel, modules: ['overlay'], fill })
  const documents = said.split('\n').filter((line) => line.startsWith('{'))
  return { said, reports: documents.map((line) => JSON.parse(line) as Record<string, unknown>) }
}

const expected = [
  { outcome: 'ready', reason: '', user: '65532:0', outOfMemory: 0, listens: ['[::]:8080'] },
  { outcome: 'exited', reason: expect.stringContaining('SIGKILL') as string, outOfMemory: 1 },
]

describe('the run under hardening with control groups of the second version', () => {
  it('starts what serves, and ends what takes more memory than it may', async () => {
    const { said, reports: found } = await reports()
    expect(found, said).toMatchObject(expected)
  })

  it('is no evidence where the kernel does not limit memory', async () => {
    const { said, reports: found } = await reports('cgroup_disable=memory')
    expect(found).toEqual([])
    expect(said).toContain('expected the controllers cpu, memory, pids')
    expect(said).toContain('the limits cannot be enforced here')
  })
})
