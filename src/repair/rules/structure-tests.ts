import { stringify } from 'yaml'
import { violationsOf, type Repair, type Situation } from '../repair.ts'

/** If there is no structure test, adds one that holds the image to its observed state. */
export const structureTests: Repair = {
  id: 'structure-tests',
  turn: 'observed',
  title: 'A structure test holds the image to its observed state: user, command, ports, and what is not in it',
  answers: ['structure-tests'],
  propose(situation) {
    const { image, policy, source } = situation
    const path = policy.structure.file
    const isMissing = violationsOf(situation, 'structure-tests').some(({ id }) => id === 'no-tests')
    // The image's state becomes its test only once the image runs as it should, which must have been observed.
    if (!isMissing || source.paths.has(path) || image.configuration === undefined || image.seen === undefined) return {}
    return {
      proposals: [
        {
          repair: structureTests.id,
          what: `${path}: the image's observed state`,
          equal: true,
          files: { [path]: testsOf(image.configuration, new Set(image.packages.map(({ type }) => type))) },
        },
      ],
    }
  },
}

/** The location of the package managers for a kind of packages. */
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
      ...(program.startsWith('/') ? [{ name: 'the started program exists', path: program, shouldExist: true }] : []),
      ...places.filter((path) => !packageManagers.includes(path)).map(absent),
      ...(shells.length === 0 ? [absent('/bin/sh')] : []),
    ],
  }
  return `# Written by "loadline repair" from the image's observed state. Add what the application must be able to do: your own tests prove more.\n${stringify(tests, { lineWidth: 0 })}`
}
