import { appendFileSync, chmodSync, copyFileSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import type { OwnNetwork } from '../engine/own-network.ts'

/** How a program on the laptop ended. */
export interface Ended {
  exitCode: number
  stdout: string
  stderr: string
}

/** Environment variables. */
type Environment = Readonly<Record<string, string>>

/** A machine with Docker, and somebody who may use it and has an empty home directory; another one may not. */
export interface Laptop {
  /** A directory on this machine: what the tests put there is in the home directory, which is `/home/ada` on the laptop, after `own`. */
  home: string
  /** Runs a program in the home directory, as its owner, as a guest without rights, or as root. */
  run(argv: readonly string[], env?: Environment, as?: keyof typeof users): Promise<Ended>
  /** Gives what the tests have put into the home directory to its owner. */
  own(): Promise<void>
  end(): Promise<void>
}

/** What a laptop knows of the world. */
export interface Surroundings {
  /** Address of its name service. */
  names: string
  /** The text of the certificates of the authorities that it believes. */
  authorities: string
}

const people = { ada: { id: 1000, groups: 'docker' }, guest: { id: 1001, groups: 'guest' } } as const
const users = { ...people, root: { id: 0, groups: 'root' } } as const
export const owner = users.ada.id

/** Loadline as it is started on the laptop. */
export const installed = ['node', '/home/ada/node_modules/loadline/ci/loadline.mjs'] as const

/** Starts a laptop on a root that stays as it is: in a network of its own, which is to have processes of its own. */
export async function startLaptop(lower: string, network: OwnNetwork, around: Surroundings): Promise<Laptop> {
  const directory = mkdtempSync(join(tmpdir(), 'loadline-laptop-'))
  const [root, home, log] = [join(directory, 'root'), join(directory, 'home'), join(directory, 'docker.log')]
  const start = (argv: readonly string[], options = {}) => {
    const [program = '', ...rest] = network.enter(...argv)
    return execa(program, rest, { stdin: 'ignore', ...options })
  }
  prepare(directory, lower, around)
  for (const mount of mounts(directory, lower, root)) await start(['mount', ...mount])
  // The one address that there is outside.
  await start(['ip', 'route', 'add', around.names, 'via', network.here])
  // A root that is only changed for a process would leave this machine's as that of the mounts, where whoever enters a container by them comes out.
  await start(['pivot_root', root, join(root, 'mnt')])
  const asRoot = { env: environment('root'), extendEnv: false }
  await start(['umount', '--lazy', '/mnt'], asRoot)
  const docker = start(['dockerd', ...dockerOptions], {
    reject: false,
    stdout: 'ignore',
    stderr: { file: log },
    ...asRoot,
  })
  const run = runAs(async (argv, env) => {
    const { exitCode = -1, stdout, stderr } = await start(argv, { reject: false, env, extendEnv: false })
    return { exitCode, stdout: String(stdout), stderr: String(stderr) }
  })
  const end = async () => {
    const left = (await run(['docker', 'ps', '--all', '--quiet'])).stdout.split('\n').filter(Boolean)
    if (left.length > 0) await run(['docker', 'rm', '--force', ...left])
    await network.end()
    await docker
    await execa('find', ['/sys/fs/cgroup/', '-depth', '-path', `*${controlGroups}*`, '-type', 'd', '-delete'])
    await execa('rm', ['-rf', '--one-file-system', directory])
  }
  const own = async () => void (await execa('chown', ['--recursive', '--no-dereference', `${owner}:${owner}`, home]))
  return dockerAnswers({ home, run, own, end }, 60, () => readFileSync(log, 'utf8'))
}

/** The way to run a program as one of the users, where there is one to run it as root. */
export function runAs(start: (argv: readonly string[], env: Environment) => Promise<Ended>): Laptop['run'] {
  return (command, env = {}, as = 'ada') => {
    const { id, groups } = users[as]
    const surroundings = environment(as, env)
    const become = [
      'chroot',
      `--userspec=${id}:${id}`,
      `--groups=${groups}`,
      '/',
      'env',
      `--chdir=${surroundings['HOME']}`,
    ]
    return start([...become, ...command], surroundings)
  }
}

/** Gives the laptop when its Docker answers. Otherwise it ends the laptop, and throws with the last of the log. */
export async function dockerAnswers(laptop: Laptop, seconds: number, log: () => string): Promise<Laptop> {
  const last = Date.now() + seconds * 1_000
  while (Date.now() < last) {
    if ((await laptop.run(['docker', 'version'])).exitCode === 0) return laptop
    await sleep(100)
  }
  const said = log().slice(-2_000)
  await laptop.end()
  throw new Error(`Docker did not answer within ${seconds} s:\n${said}`)
}

/** Below which all control groups of containers lie, which do not go with their namespaces. */
const controlGroups = '/loadline-world'

const dockerOptions =
  `--add-runtime allowed=/usr/local/bin/runc-as-allowed --default-runtime allowed --cgroup-parent ${controlGroups}`.split(
    ' ',
  )

export function environment(user: keyof typeof users, more: Environment = {}): Environment {
  const path = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'
  const home = user === 'root' ? '/root' : `/home/${user}`
  return { PATH: path, HOME: home, USER: user, LANG: 'C.UTF-8', NO_COLOR: '1', ...more }
}

/** Writes what a laptop of namespaces has beside its root. */
function prepare(directory: string, lower: string, around: Surroundings): void {
  const upper = join(directory, 'upper')
  for (const place of [
    'root',
    'work',
    'docker',
    'home',
    'upper/var/lib/docker',
    'upper/usr/bin',
    'upper/usr/local/bin',
  ])
    mkdirSync(join(directory, place), { recursive: true })
  furnish(upper, lower, around)
  writeFileSync(join(upper, 'usr/bin/node'), '')
  const runc = join(upper, 'usr/local/bin/runc-as-allowed')
  copyFileSync(fileURLToPath(new URL('./runc-as-allowed.mjs', import.meta.url)), runc)
  chmodSync(runc, 0o755)
}

/** Writes into a directory what every laptop has beside the root that is given: users, and whom it asks and believes. */
export function furnish(upper: string, lower: string, { names, authorities }: Surroundings): void {
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(upper, path)), { recursive: true })
    writeFileSync(join(upper, path), text)
  }
  const below = (path: string) => readFileSync(join(lower, path), 'utf8')
  for (const path of ['etc/passwd', 'etc/group']) write(path, below(path))
  for (const [name, { id }] of Object.entries(people)) {
    mkdirSync(join(upper, 'home', name), { recursive: true })
    appendFileSync(join(upper, 'etc/passwd'), `${name}:x:${id}:${id}::/home/${name}:/bin/sh\n`)
    appendFileSync(join(upper, 'etc/group'), `${name}:x:${id}:\n`)
  }
  write('etc/resolv.conf', `nameserver ${names}\n`)
  write('etc/hosts', '127.0.0.1 localhost\n')
  write('etc/ssl/certs/ca-certificates.crt', authorities)
}

/** Arguments of mount, in this order. Docker's data lies on a disk: a layer of a layer cannot have layers. */
function mounts(directory: string, lower: string, root: string): string[][] {
  const layers = `lowerdir=${lower},upperdir=${join(directory, 'upper')},workdir=${join(directory, 'work')}`
  const bind = (from: string, to: string) => ['--bind', from, join(root, to)]
  return [
    ['-t', 'overlay', 'overlay', '-o', layers, root],
    ['-t', 'proc', 'proc', join(root, 'proc')],
    ['--rbind', '/sys', join(root, 'sys')],
    ['--rbind', '/dev', join(root, 'dev')],
    ['-t', 'tmpfs', 'tmpfs', join(root, 'run')],
    ['-t', 'tmpfs', '-o', 'mode=1777', 'tmpfs', join(root, 'tmp')],
    bind(join(directory, 'docker'), 'var/lib/docker'),
    bind(join(directory, 'home'), 'home/ada'),
    bind(process.execPath, 'usr/bin/node'),
  ]
}
