import { readFile, symlink, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { AssembleContext, BaseImage } from '../image.ts'
import { assembledImage } from '../bases/assembly/assembled-image.ts'
import { debianMinbase, extendDebianRoot, installedPackages, type DebianRoot } from '../bases/assembly/debian-root.ts'
import { makeFolder } from '../bases/assembly/image-tree.ts'
import { describePackages } from '../bases/assembly/package-record.ts'
import { runDebianTool } from '../bases/assembly/run-debian-tool.ts'
import { javaTrustStore } from './java-trust-store.ts'
import { onDemandKey } from './on-demand-key.ts'

const identity = { name: 'maven', references: ['docker.io/library/maven:3-eclipse-temurin-17'] }

/** Debian's OpenJDK 17 and Maven 3.8, with links where the official image has its own. */
export const maven: BaseImage = {
  ...identity,
  platforms: ['linux/amd64'],
  get key() {
    return `${identity.name}-${onDemandKey()}`
  },
  async assemble(context) {
    const root = await extendDebianRoot(context, await withManualFolder(context, await debianMinbase(context)), {
      home: context.work,
      packages: ['ca-certificates', 'git', 'maven', 'openjdk-17-jdk-headless'],
      finish: async (directory) => {
        await mkdir(join(directory, 'opt/java'), { recursive: true })
        await symlink('/usr/lib/jvm/java-17-openjdk-amd64', join(directory, 'opt/java/openjdk'))
        // Package scripts write the current time into it. A sealed network's own authority is added while a build step runs.
        await writeFile(
          join(directory, 'etc/ssl/certs/java/cacerts'),
          javaTrustStore(await readFile(join(directory, 'etc/ssl/certs/ca-certificates.crt'), 'utf8')),
        )
      },
    })
    const sources = [describePackages(await installedPackages(root.directory))]
    return assembledImage(context, { ...identity, sources }, root.layers, {
      Env: [
        'PATH=/opt/java/openjdk/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
        'LANG=C.UTF-8',
        'JAVA_HOME=/opt/java/openjdk',
        'MAVEN_HOME=/usr/share/maven',
      ],
      Cmd: ['mvn'],
    })
  },
}

/** Installing Debian's Java links its manual pages into a folder that the smallest Debian lacks and that no layer contains. */
async function withManualFolder(context: AssembleContext, root: DebianRoot): Promise<DebianRoot> {
  const directory = join(context.work, 'with-manual-folder')
  await runDebianTool(context, ['cp', '--archive', '--reflink=auto', root.directory, directory])
  await makeFolder(directory, 'usr/share/man/man1')
  return { ...root, directory }
}
