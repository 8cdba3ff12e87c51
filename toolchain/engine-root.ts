import { join } from 'node:path'
import { OWN_NAMESPACE } from './own-namespace.ts'
import type { Step } from './steps.ts'

/** What the engine runs besides its own binaries: networking, the container runtime, git sources, and its certificate store. */
const packages = [
  'ca-certificates',
  'containernetworking-plugins',
  'dnsmasq-base',
  'git',
  'iptables',
  'nftables',
  'openssh-client',
  'pigz',
  'ripgrep',
  'runc',
  'sqlite3',
  'tini',
  'xz-utils',
]

const suite = 'bookworm'

/** Nobody reads manuals there, and a root that is discarded after a crash need not be synced to disk. */
const trimmed = [
  '--dpkgopt=force-unsafe-io',
  ...['doc', 'man', 'info', 'locale'].map((kind) => `--dpkgopt=path-exclude=/usr/share/${kind}/*`),
]

/**
 * Written into every root file system. `dnsmasq` answers on the engine's bridge alone, so that a name server of the
 * machine may keep port 53.
 */
const customizations: readonly (readonly string[])[] = [
  [
    'mkdir',
    '-p',
    '/opt/cni/bin',
    '/var/lib/dagger',
    '/etc/dagger',
    '/run/dagger',
    '/usr/local/share/ca-certificates',
    '/usr/local/share/dagger/content',
  ],
  [
    'ln',
    '-s',
    '/usr/lib/cni/bridge',
    '/usr/lib/cni/loopback',
    '/usr/lib/cni/firewall',
    '/usr/lib/cni/host-local',
    '/opt/cni/bin/',
  ],
  ['ln', '-s', '/usr/sbin/runc', '/usr/local/bin/runc'],
  ['ln', '-s', '/usr/bin/dial-stdio', '/usr/bin/buildctl'],
  ['ln', '-s', '/usr/sbin/xtables-legacy-multi', '/usr/sbin/xtables-nft-multi', '/usr/bin/'],
  ['mv', '/usr/sbin/dnsmasq', '/usr/sbin/dnsmasq-any-interface'],
]

const dnsmasqOnBridge = '#!/bin/sh\nexec /usr/sbin/dnsmasq-any-interface --bind-dynamic "$@"\n'

/** Files that a bind mount covers at run time must exist. */
const mountPoints = [
  '/usr/local/bin/dagger-engine',
  '/usr/local/bin/dagger-init',
  '/usr/bin/dial-stdio',
  '/opt/cni/bin/dnsname',
  '/etc/dagger/engine.json',
]

/** Assembles the engine's root file system from Debian packages, as a tar; the engine's own binaries are mounted into it. */
export function engineRootStep(prerequisites: Step<void>): Step<string> {
  return {
    name: 'engine root',
    doing: "assembling the engine's root file system",
    done: "the engine's root file system assembled",
    cost: 'debian',
    needs: [prerequisites],
    priority: 60,
    async run({ once, run }) {
      const inputs = { packages, suite, trimmed, customizations, dnsmasqOnBridge, mountPoints }
      const made = await once('engine-root', inputs, async (work) => {
        const root = join(work, 'root')
        const [program, ...namespace] = OWN_NAMESPACE
        await run(program, [
          ...namespace,
          'mmdebstrap',
          '--variant=minbase',
          '--mode=root',
          ...trimmed,
          `--include=${packages.join(',')}`,
          suite,
          root,
        ])
        for (const command of customizations) await run('chroot', [root, ...command])
        await run('tee', [join(root, 'usr/sbin/dnsmasq')], { input: dnsmasqOnBridge })
        await run('chmod', ['755', join(root, 'usr/sbin/dnsmasq')])
        await run('chroot', [root, 'touch', ...mountPoints])
        await run('tar', [
          '--create',
          '--file',
          join(work, 'root.tar'),
          '--directory',
          root,
          '--numeric-owner',
          '--exclude=./var/cache/apt/*',
          '--exclude=./var/lib/apt/lists/*',
          '.',
        ])
        await run('rm', ['-rf', '--one-file-system', root])
      })
      return join(made, 'root.tar')
    },
  }
}
