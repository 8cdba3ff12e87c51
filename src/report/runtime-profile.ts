import { compareText, type Run, type Runtime } from '../model/index.ts'
import { formatBytes } from '../model/units.ts'

/**
 * System calls that container runtimes make between the moment a profile takes effect and the start of the image's
 * program (runc is written in Go), and those the kernel needs to restart a call or to leave a signal handler: without
 * these, a profile could start nothing.
 */
const neededToStart = [
  'capget',
  'capset',
  'chdir',
  'close',
  'close_range',
  'dup3',
  'epoll_ctl',
  'epoll_pwait',
  'execve',
  'exit',
  'exit_group',
  'faccessat2',
  'fchdir',
  'fcntl',
  'fstat',
  'fstatfs',
  'futex',
  'getdents64',
  'getpid',
  'getppid',
  'gettid',
  'mmap',
  'munmap',
  'nanosleep',
  'newfstatat',
  'open',
  'openat',
  'openat2',
  'prctl',
  'read',
  'readlinkat',
  'restart_syscall',
  'rt_sigaction',
  'rt_sigprocmask',
  'rt_sigreturn',
  'setgid',
  'setgroups',
  'setuid',
  'sigaltstack',
  'statx',
  'tgkill',
  'umask',
  'write',
]

/** Linux' number for "there is no such call". */
const enosys = 38

/** A platform's architectures as named in profiles; a 64-bit image may contain 32-bit programs. */
const architectures: Readonly<Record<string, { architecture: string; subArchitectures: string[] }>> = {
  amd64: { architecture: 'SCMP_ARCH_X86_64', subArchitectures: ['SCMP_ARCH_X86', 'SCMP_ARCH_X32'] },
  arm64: { architecture: 'SCMP_ARCH_AARCH64', subArchitectures: ['SCMP_ARCH_ARM'] },
}

/**
 * A seccomp profile for Docker and Kubernetes that allows only the system calls that the image was seen to make. Only a
 * start and a stop were seen, not every path through the program: run the application's own tests under it before using
 * it in production.
 */
export function seccompProfile({ calls, refusedCalls }: Runtime, platform: string): string {
  const refused = new Set(refusedCalls.map(({ name }) => name))
  const names = [
    ...new Set([...calls.filter((call) => !refused.has(call) && !call.startsWith('call_')), ...neededToStart]),
  ].toSorted(compareText)
  const known = architectures[platform.split('/')[1] ?? '']
  const profile = {
    defaultAction: 'SCMP_ACT_ERRNO',
    defaultErrnoRet: 1,
    ...(known === undefined ? {} : { archMap: [known] }),
    syscalls: [
      { names, action: 'SCMP_ACT_ALLOW' },
      // If clone3 does not exist, a C library creates threads with clone; if it is not permitted, it creates none.
      ...(names.includes('clone3') ? [] : [{ names: ['clone3'], action: 'SCMP_ACT_ERRNO', errnoRet: enosys }]),
    ],
  }
  return `${JSON.stringify(profile, null, 2)}\n`
}

/**
 * The section `runtime` of a policy file that this run would have needed: the directories it wrote or tried to write
 * to, and twice its peak memory.
 */
export function suggestedRuntime({ refusedWrites, usedTmpfs, peakMemory }: Runtime): string {
  const wanted = refusedWrites.map(({ path }) => path.slice(0, path.lastIndexOf('/')) || '/')
  const tmpfs = [...new Set([...usedTmpfs, ...wanted])].filter((path) => path !== '/').toSorted(compareText)
  const top = wanted.includes('/')
    ? ['  # It also tries to write to / itself, which cannot be made writable: change where it writes.']
    : []
  return [
    '# What one run needed, from its start to its stop. Review directories that it only tried to write to: a program that does not write is safer.',
    'version: 1',
    'runtime:',
    `  tmpfs: [${tmpfs.map((path) => JSON.stringify(path)).join(', ')}]`,
    ...top,
    `  memory: ${Math.max(16, Math.ceil((2 * peakMemory) / 1_048_576))} MiB # peak: ${formatBytes(peakMemory)}`,
    '  seccomp: seccomp.json # the one beside this file, once tested',
    '',
  ].join('\n')
}

/**
 * What can be derived from the runs, by path in the report directory: a profile only for an image that was ready and
 * stopped, because too little was seen of any other.
 */
export function runtimeFiles(run: Run): Record<string, string> {
  const platforms = run.evidence?.platforms ?? []
  return Object.fromEntries(
    platforms.flatMap(({ archive: { platform }, evidence: { runtime } }) => {
      if (runtime.status !== 'collected' || runtime.value.calls.length === 0) return []
      const directory = platforms.length === 1 ? 'runtime' : `runtime/${platform.replaceAll('/', '-')}`
      const suggestion: Array<[string, string]> = [[`${directory}/loadline.yaml`, suggestedRuntime(runtime.value)]]
      return runtime.value.outcome === 'ready'
        ? [[`${directory}/seccomp.json`, seccompProfile(runtime.value, platform)], ...suggestion]
        : suggestion
    }),
  )
}
