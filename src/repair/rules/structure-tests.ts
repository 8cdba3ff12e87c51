import { stringify } from 'yaml'
import { violationsOf, type Repair, type Situation } from '../repair.ts'

/** Where there is no structure test, one that holds the image to what it was seen to be. */
export const structureTests: Repair = {
  id: 'structure-tests',
  title: 'A structure test holds the image to what it was seen to be: user, command, ports, and what is not in it',
  answers: ['structure-tests'],
  propose(situation) {
    const { image, policy, source } = situation
    const path = policy.structure.file
    const isMissing = violationsOf(situation, 'structure-tests').some(({ id }) => id === 'no-tests')
    // What the image is becomes its test only when it runs as it should: not before it was seen.
    if (!isMissing || source.paths.has(path) || image.configuration === undefined || image.seen === undefined) return {}
    return {
      proposals: [
        {
          repair: structureTests.id,
          what: `${path}: what the image was seen to be`,
          equal: true,
          files: { [path]: testsOf(image.configuration, new Set(image.packages.map(({ type }) => type))) },
        },
      ],
    }
  },
}

/** Where the package managers of a kind of packages lie. */
const managers: ReadonlyArray<readonly [type: RegExp, path: string]> = [
  [/^(debian|ubuntu)$/, '/usr/bin/apt-get'],
  [/^(alpine|wolfi|chainguard)$/, '/sbin/apk'],
  [/^python-pkg$/, '/usr/local/bin/pip'],
  [/^node-pkg$/, '/usr/local/bin/npm'],
]

function testsOf(
  {
    user,
    entrypoint,
    cmd,
    workingDir,
    exposedPorts,
    shells,
    packageManagers,
  }: NonNullable<Situation['image']['configuration']>,
  types: ReadonlySet<string>,
): string {
  const [program = ''] = [...entrypoint, ...cmd]
  const absent = (path: string) => ({ name: `no ${path}`, path, shouldExist: false })
  const places = managers.flatMap(([type, path]) => ([...types].some((one) => type.test(one)) ? [path] : []))
  const tests = {
    schemaVersion: '2.0.0',
    metadataTest: {
      user,
      ...(exposedPorts.length === 0 ? {} : { exposedPorts: exposedPorts.map((port) => port.replace(/\/tcp$/, '')) }),
      ...(entrypoint.length === 0 ? {} : { entrypoint }),
      ...(cmd.length === 0 ? {} : { cmd }),
      ...(workingDir === '' ? {} : { workdir: workingDir }),
    },
    fileExistenceTests: [
      ...(program.startsWith('/') ? [{ name: 'what starts is there', path: program, shouldExist: true }] : []),
      ...places.filter((path) => !packageManagers.includes(path)).map(absent),
      ...(shells.length === 0 ? [absent('/bin/sh')] : []),
    ],
  }
  return `# Written by "loadline repair" from what the image was seen to be. Add what the application must be able to do: a test of yours proves more.\n${stringify(tests, { lineWidth: 0 })}`
}
