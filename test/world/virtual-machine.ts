import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { execa } from 'execa'

/** What a machine boots with. */
export interface Machine {
  /** The root of a Debian with the emulator and a kernel. */
  emulator: string
  /** Words for the kernel. */
  kernel: readonly string[]
  /** Modules of the kernel that it needs. */
  modules: readonly string[]
  /** Fills the machine's first file system. The first process reads its `/start`, and the machine is off when that has ended. */
  fill(root: string): Promise<void>
}

/** Before everything else: a container cannot be started in the file system that a kernel begins with. */
const first = `#!/busybox sh
/busybox mkdir /later
/busybox mount -t tmpfs -o size=75% tmpfs /later
for each in /*; do case $each in /later | /dev | /init) ;; *) /busybox cp -a "$each" /later/ ;; esac; done
/busybox mkdir -p /later/dev /later/proc /later/sys /later/tmp /later/run /later/applets
exec /busybox switch_root /later /busybox sh /second
`

const second = (modules: readonly string[]) => `/busybox mount -t proc proc /proc
/busybox --install -s /applets
export PATH=/applets:/usr/bin
mount -t devtmpfs dev /dev
mount -t sysfs sys /sys
mount -t cgroup2 cgroup /sys/fs/cgroup
for each in ${modules.join(' ')}; do insmod /modules/$each; done
. /start > /dev/ttyS0 2>&1
poweroff -f
`

const minutes = 10

/** Packs the file system and starts the emulator, with one processor: with two, the kernel of this emulator's guest was seen to wait for itself for ever. In this order: the Debian's root, the directory to work in, the kernel's words, words for the emulator. */
const boot = `mount --bind "$1" "$0/mnt"
shift
exec chroot "$0" sh -ec '
  cd /mnt/root
  find . | cpio --quiet --create --format=newc > ../initramfs
  exec qemu-system-x86_64 -accel tcg -smp 1 -nodefaults -display none -no-reboot \\
    -kernel /boot/vmlinuz-* -initrd ../initramfs -append "$0" -serial file:../console "$@"' "$@"`

/** Where the first file system of a machine is gathered, in the directory that it works in. */
export const initramfs = (work: string) => join(work, 'root')

/** Starts the emulator, which ends when the machine is off, on what lies in the initramfs of a directory. What the machine prints comes into the file `console` there. */
export function bootMachine(
  emulator: string,
  work: string,
  { kernel = [], devices }: { kernel?: readonly string[]; devices: readonly string[] },
  options: { timeout?: number } = {},
) {
  const words = ['console=ttyS0', 'quiet', 'panic=-1', ...kernel].join(' ')
  // Whoever kills this process leaves no machine behind.
  const argv = ['--pdeathsig', 'KILL', 'unshare', '--mount', 'sh', '-ec', boot, emulator, work, words, ...devices]
  return execa('setpriv', argv, { ...options, stdin: 'ignore', reject: false })
}

/** Puts into an initramfs busybox, modules with what they need, and files that are run. The scripts get the names of the modules' files, in the order of loading. */
export async function fillInitramfs(
  root: string,
  emulator: string,
  modules: readonly string[],
  scripts: (modules: readonly string[]) => Readonly<Record<string, string>>,
): Promise<void> {
  const files = await moduleFiles(emulator, modules)
  for (const directory of ['dev', 'modules']) mkdirSync(join(root, directory), { recursive: true })
  await execa('cp', [join(emulator, 'bin/busybox'), root])
  await execa('cp', [...files, join(root, 'modules')])
  for (const [path, text] of Object.entries(scripts(files.map((file) => basename(file)))))
    writeFileSync(join(root, path), text, { mode: 0o755 })
}

/**
 * Starts a machine with Debian's kernel, whose control groups are of the second version, and gives what its `/start` printed when it is off again. It has nothing of this
 * machine but processor time, and no acceleration: everything takes ten times as long.
 */
export async function runMachine({ emulator, kernel, modules, fill }: Machine): Promise<string> {
  const work = mkdtempSync(join(tmpdir(), 'loadline-machine-'))
  try {
    const root = initramfs(work)
    mkdirSync(root)
    await fill(root)
    await fillInitramfs(root, emulator, modules, (names) => ({ init: first, second: second(names) }))
    const { failed, timedOut, stderr } = await bootMachine(
      emulator,
      work,
      { kernel, devices: ['-m', '2048'] },
      { timeout: minutes * 60_000 },
    )
    if (failed && !timedOut) throw new Error(`the emulator failed: ${stderr}`)
    const said = readFileSync(join(work, 'console'), 'utf8').replaceAll('\r', '')
    return timedOut ? `${said}\nnot off after ${minutes} minutes\n` : said
  } finally {
    rmSync(work, { recursive: true })
  }
}

/** The files of modules and of what they need, in the order of loading; what is built into the kernel has none. */
async function moduleFiles(emulator: string, names: readonly string[]): Promise<string[]> {
  const [version = ''] = readdirSync(join(emulator, 'lib/modules'))
  const asked = ['modprobe', '--set-version', version, '--show-depends', '--all', ...names]
  const { stdout } = await execa('chroot', [emulator, ...asked])
  const paths = [...stdout.matchAll(/^insmod (\S+)/gm)].map(([, path = '']) => join(emulator, path))
  return [...new Set(paths)]
}
