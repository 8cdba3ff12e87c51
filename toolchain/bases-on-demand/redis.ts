import type { BaseImage } from '../image.ts'
import { assembledImage } from '../bases/assembly/assembled-image.ts'
import { debianMinbase, extendDebianRoot, installedPackages } from '../bases/assembly/debian-root.ts'
import { makeFolder, writeTreeFile } from '../bases/assembly/image-tree.ts'
import { describePackages } from '../bases/assembly/package-record.ts'
import { runDebianTool } from '../bases/assembly/run-debian-tool.ts'
import { onDemandKey } from './on-demand-key.ts'

const identity = {
  name: 'redis',
  references: ['docker.io/library/redis:8-trixie', 'docker.io/library/redis:8'],
}

/** Redis 8 as a service of a run: of Debian 13, for Debian 12 has Redis 7, which must not be passed off as 8. */
export const redis: BaseImage = {
  ...identity,
  platforms: ['linux/amd64'],
  get key() {
    return `${identity.name}-${onDemandKey()}`
  },
  async assemble(context) {
    const root = await extendDebianRoot(context, await debianMinbase(context, 'trixie'), {
      home: context.work,
      packages: ['redis-server'],
      finish: async (directory) => {
        const inRoot = (...argv: string[]) => runDebianTool(context, ['chroot', directory, ...argv])
        // Numbers of the official image.
        await inRoot('groupmod', '--gid', '999', 'redis')
        await inRoot('usermod', '--uid', '999', '--gid', '999', 'redis')
        await makeFolder(directory, 'data')
        await inRoot('chown', '--recursive', 'redis:redis', '/data', '/etc/redis', '/var/lib/redis', '/var/log/redis')
        await writeTreeFile(directory, 'usr/local/bin/docker-entrypoint.sh', ENTRYPOINT, 0o755)
      },
    })
    const packages = await installedPackages(root.directory)
    const version = packages.find(({ name }) => name === 'redis-server')?.version ?? ''
    const sources = [describePackages(packages, root.release)]
    return assembledImage(context, { ...identity, sources }, root.layers, {
      Env: [
        'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
        `REDIS_VERSION=${version.replace(/^\d+:|-.*$/g, '')}`,
      ],
      Entrypoint: ['docker-entrypoint.sh'],
      Cmd: ['redis-server'],
      WorkingDir: '/data',
    })
  },
}

const ENTRYPOINT = `#!/bin/sh
# Starts as the user redis, and answers other hosts without a password unless something else is said, as the official image does.
set -eu
case "\${1:-}" in
  -* | *.conf) set -- redis-server "$@" ;;
esac
if [ "$1" = redis-server ]; then
  if [ "$(id -u)" = 0 ]; then
    chown redis:redis /data
    exec setpriv --reuid=redis --regid=redis --init-groups "$0" "$@"
  fi
  configuration="\${2:-/dev/null}"
  case "$*" in
    *--protected-mode*) ;;
    *) grep -qs '^[[:space:]]*protected-mode' -- "$configuration" || set -- "$@" --protected-mode no ;;
  esac
fi
exec "$@"
`
