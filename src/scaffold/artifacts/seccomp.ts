/** What runtimes of servers call. Everything else is refused: mounting, tracing, namespaces, kernel modules, keys, BPF, io_uring and clocks among it. */
const allowed = [
  // Files
  'access', 'chdir', 'chmod', 'close', 'close_range', 'copy_file_range', 'creat', 'dup', 'dup2', 'dup3', 'faccessat', 'faccessat2', 'fadvise64', 'fallocate', 'fchdir', 'fchmod', 'fchmodat', 'fchmodat2', 'fcntl', 'fdatasync', 'fgetxattr', 'flock', 'fstat', 'fstatfs', 'fsync', 'ftruncate', 'getcwd', 'getdents', 'getdents64', 'getxattr',
  'inotify_add_watch', 'inotify_init', 'inotify_init1', 'inotify_rm_watch', 'ioctl', 'lgetxattr', 'link', 'linkat', 'listxattr', 'lseek', 'lstat', 'mkdir', 'mkdirat', 'newfstatat', 'open', 'openat', 'openat2', 'pipe', 'pipe2', 'pread64', 'preadv', 'preadv2', 'pwrite64', 'pwritev', 'pwritev2', 'read', 'readahead', 'readlink', 'readlinkat', 'readv',
  'rename', 'renameat', 'renameat2', 'rmdir', 'sendfile', 'splice', 'stat', 'statfs', 'statx', 'symlink', 'symlinkat', 'sync_file_range', 'tee', 'truncate', 'umask', 'unlink', 'unlinkat', 'utime', 'utimensat', 'utimes', 'write', 'writev',
  // Memory
  'brk', 'madvise', 'memfd_create', 'mincore', 'mlock', 'mlock2', 'mlockall', 'mmap', 'mprotect', 'mremap', 'msync', 'munlock', 'munlockall', 'munmap', 'pkey_alloc', 'pkey_free', 'pkey_mprotect',
  // Processes, threads and signals; clone3 is refused with ENOSYS below, so that its flags cannot hide from the filter of clone
  'arch_prctl', 'capget', 'execve', 'execveat', 'exit', 'exit_group', 'futex', 'futex_waitv', 'get_robust_list', 'getcpu', 'getegid', 'geteuid', 'getgid', 'getgroups', 'getitimer', 'getpgid', 'getpgrp', 'getpid', 'getppid', 'getpriority', 'getresgid', 'getresuid', 'getrlimit', 'getrusage', 'getsid', 'gettid', 'getuid', 'kill', 'membarrier', 'pause', 'pidfd_open', 'pidfd_send_signal',
  'prctl', 'prlimit64', 'restart_syscall', 'rseq', 'rt_sigaction', 'rt_sigpending', 'rt_sigprocmask', 'rt_sigqueueinfo', 'rt_sigreturn', 'rt_sigsuspend', 'rt_sigtimedwait', 'rt_tgsigqueueinfo', 'sched_get_priority_max', 'sched_get_priority_min', 'sched_getaffinity', 'sched_getattr', 'sched_getparam', 'sched_getscheduler', 'sched_setaffinity', 'sched_yield', 'set_robust_list', 'set_tid_address',
  'setitimer', 'setpgid', 'setpriority', 'setrlimit', 'setsid', 'sigaltstack', 'tgkill', 'tkill', 'wait4', 'waitid', 'vfork', 'fork',
  // What the container runtime itself calls after the filter is in place, to become the unprivileged user
  'capset', 'setfsgid', 'setfsuid', 'setgid', 'setgroups', 'setresgid', 'setresuid', 'setuid',
  // Network
  'accept', 'accept4', 'bind', 'connect', 'getpeername', 'getsockname', 'getsockopt', 'listen', 'recvfrom', 'recvmmsg', 'recvmsg', 'sendmmsg', 'sendmsg', 'sendto', 'setsockopt', 'shutdown', 'socketpair',
  // Waiting, time and randomness
  'clock_getres', 'clock_gettime', 'clock_nanosleep', 'epoll_create', 'epoll_create1', 'epoll_ctl', 'epoll_pwait', 'epoll_pwait2', 'epoll_wait', 'eventfd', 'eventfd2', 'getrandom', 'gettimeofday', 'nanosleep', 'poll', 'ppoll', 'pselect6', 'select', 'signalfd', 'signalfd4', 'time', 'timer_create', 'timer_delete', 'timer_getoverrun', 'timer_gettime', 'timer_settime', 'timerfd_create', 'timerfd_gettime', 'timerfd_settime', 'times', 'uname', 'sysinfo',
]

/** Namespaces that clone could make: CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET. */
const namespaceFlags = 0x7e_02_00_00
const enosys = 38

/** A seccomp profile in the form of container runtimes: refuses by default. https://github.com/opencontainers/runtime-spec/blob/main/config-linux.md#seccomp */
export function seccomp(): string {
  const profile = {
    defaultAction: 'SCMP_ACT_ERRNO',
    defaultErrnoRet: 1,
    architectures: ['SCMP_ARCH_X86_64', 'SCMP_ARCH_AARCH64'],
    syscalls: [
      { names: allowed.toSorted(), action: 'SCMP_ACT_ALLOW' },
      { names: ['clone'], action: 'SCMP_ACT_ALLOW', args: [{ index: 0, value: namespaceFlags, valueTwo: 0, op: 'SCMP_CMP_MASKED_EQ' }] },
      { names: ['clone3'], action: 'SCMP_ACT_ERRNO', errnoRet: enosys },
      // Unix, IPv4, IPv6 and netlink sockets (how runtimes list network interfaces); no raw packets, no virtual machines.
      ...[1, 2, 10, 16].map((family) => ({ names: ['socket'], action: 'SCMP_ACT_ALLOW', args: [{ index: 0, value: family, op: 'SCMP_CMP_EQ' }] })),
      // Personalities that a program may ask for: the default, 32-bit addresses, and which one it has.
      ...[0, 8, 0x2_00_00, 0x2_00_08, 0xff_ff_ff_ff].map((value) => ({ names: ['personality'], action: 'SCMP_ACT_ALLOW', args: [{ index: 0, value, op: 'SCMP_CMP_EQ' }] })),
    ],
  }
  return `${JSON.stringify(profile, undefined, 2)}\n`
}
