import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { json } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { freePort } from '../engine/free-port.ts'
import {
  dockerAnswers,
  environment,
  furnish,
  owner,
  runAs,
  type Ended,
  type Laptop,
  type Surroundings,
} from './laptop.ts'
import { bootMachine, fillInitramfs, initramfs } from './virtual-machine.ts'

/** Where the agent listens on the machine. */
const agentPort = 7000

/** How large the machine's disk looks. It takes what is written. */
const disk = '24G'

/** The emulator's network: it hands on what the machine sends, in this machine's name. */
const [address, router] = ['10.0.2.15/24', '10.0.2.2']

const init = (modules: readonly string[]) => `#!/busybox sh
/busybox mkdir -p /proc /disk
/busybox mount -t proc proc /proc
/busybox mount -t devtmpfs dev /dev
for each in ${modules.join(' ')}; do /busybox insmod /modules/$each; done
/busybox ip link set lo up
/busybox ip address add ${address} dev eth0
/busybox ip link set eth0 up
/busybox ip route add default via ${router}
/busybox mount -t ext4 /dev/vda /disk
exec /busybox switch_root /disk /bin/sh /start
`

/** The machine's first process, when its disk is there. The kernel asks for modules itself, as on any Debian. */
const start = `mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t cgroup2 cgroup /sys/fs/cgroup
mount -t devtmpfs dev /dev
mkdir -p /dev/pts /dev/shm
mount -t devpts -o ptmxmode=666 devpts /dev/pts
mount -t tmpfs shm /dev/shm
mount -t tmpfs run /run
mount -t tmpfs -o mode=1777 tmp /tmp
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
dockerd > /dev/ttyS0 2>&1 &
node /agent.mjs ${agentPort}
`

/**
 * Starts a laptop as a virtual machine with Debian's kernel, whose control groups are of the second version: nothing is allowed or hidden there for the sake of this
 * machine. Without acceleration everything takes ten times as long. Its network is the emulator's, by which it reaches what this machine reaches.
 */
export async function startVirtualLaptop(emulator: string, lower: string, around: Surroundings): Promise<Laptop> {
  const directory = mkdtempSync(join(tmpdir(), 'loadline-laptop-'))
  const home = join(directory, 'home')
  mkdirSync(home)
  await makeDisk(directory, emulator, lower, around)
  const root = initramfs(directory)
  await fillInitramfs(root, emulator, ['virtio_pci', 'virtio_blk', 'virtio_net'], (modules) => ({
    init: init(modules),
  }))
  const port = await freePort()
  const devices = ['-m', '6144', '-cpu', 'max', '-device', 'virtio-rng-pci']
  devices.push('-drive', 'file=../disk,format=raw,if=virtio,cache=unsafe')
  devices.push(
    '-netdev',
    `user,id=net,hostfwd=tcp:127.0.0.1:${port}-:${agentPort}`,
    '-device',
    'virtio-net-pci,netdev=net',
  )
  const machine = bootMachine(emulator, directory, { devices })
  const ask = (argv: readonly string[], env: Readonly<Record<string, string>>, input = Buffer.alloc(0)) =>
    askAgent(port, { argv, env, input: input.toString('base64') })
  const run = runAs((argv, env) =>
    ask(argv, env).catch((error: unknown) => ({ exitCode: -1, stdout: '', stderr: String(error) })),
  )
  const own = async () => {
    const { stdout } = await execa('tar', ['--create', '--directory', home, '.'], { encoding: 'buffer' })
    const unpack = ['tar', '--extract', '--directory=/home/ada']
    const ended = await ask(unpack, environment('root'), Buffer.from(stdout))
    if (ended.exitCode !== 0) throw new Error(`the home directory could not be filled: ${ended.stderr}`)
    await ask(['chown', '--recursive', '--no-dereference', `${owner}:${owner}`, '/home/ada'], environment('root'))
    for (const name of readdirSync(home)) rmSync(join(home, name), { recursive: true })
  }
  const end = async () => {
    machine.kill('SIGKILL')
    await machine
    rmSync(directory, { recursive: true })
  }
  const said = () => {
    const log = join(directory, 'console')
    return existsSync(log) ? readFileSync(log, 'utf8') : 'the machine said nothing'
  }
  return dockerAnswers({ home, run, own, end }, 600, said)
}

/** Makes the machine's disk: the root that is given, what a laptop has beside it, the kernel's modules, and this machine's Node. */
async function makeDisk(directory: string, emulator: string, lower: string, around: Surroundings): Promise<void> {
  const upper = join(directory, 'upper')
  for (const place of ['work', 'merged', 'upper/usr/bin', 'upper/usr/sbin', 'upper/usr/lib'])
    mkdirSync(join(directory, place), { recursive: true })
  furnish(upper, lower, around)
  copyFileSync(process.execPath, join(upper, 'usr/bin/node'))
  copyFileSync(join(emulator, 'bin/busybox'), join(upper, 'usr/sbin/modprobe'))
  copyFileSync(fileURLToPath(new URL('./agent.mjs', import.meta.url)), join(upper, 'agent.mjs'))
  writeFileSync(join(upper, 'start'), start)
  await execa('cp', ['--archive', join(emulator, 'usr/lib/modules'), join(upper, 'usr/lib')])
  const layers = `lowerdir=${lower},upperdir=${upper},workdir=${join(directory, 'work')}`
  const pack = `mount -t overlay overlay -o "$0" "$1/merged"
mount --bind "$1" "$2/mnt"
mount --bind "$1/merged" "$2/mnt/merged"
truncate --size ${disk} "$1/disk"
exec chroot "$2" mke2fs -q -t ext4 -d /mnt/merged /mnt/disk`
  await execa('unshare', ['--mount', 'sh', '-ec', pack, layers, directory, lower])
  rmSync(upper, { recursive: true })
}

/** Asks the agent to run a program. However long that takes: a run of minutes here takes an hour there. */
async function askAgent(port: number, asked: object): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const call = request({ host: '127.0.0.1', port, method: 'POST' }, (response) => {
      json(response).then((ended) => resolve(ended as Ended), reject)
    })
    call.once('error', reject).end(JSON.stringify(asked))
  })
}
