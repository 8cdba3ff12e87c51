import { isAtOrBelow } from '../../model/is-at-or-below.ts'
import type { Application } from '../application.ts'
import { runFolder } from '../run-files/run-files.ts'
import { user } from '../runtimes.ts'
import { yamlFile } from '../yaml-file.ts'

/** The container-structure-test file: what the image must contain, as its Dockerfile promises. */
export function structureTest({
  name,
  port,
  entrypoint,
  command = [],
  environment,
  healthcheck,
  structure,
  language,
  files,
}: Application): string {
  const [program = '', ...args] = healthcheck
  const brought = files.map(({ path }) => `${runFolder[language]}/${path}`)
  const holds = (folder: string) => brought.some((path) => isAtOrBelow(path, [folder]))
  const absent = (title: string, path: string) => ({ name: title, path, shouldExist: false })
  return yamlFile(
    'What the built image must be. "loadline build-and-scan" runs these tests, including the command tests.',
    {
      schemaVersion: '2.0.0',
      metadataTest: {
        user: `${user}:${user}`,
        exposedPorts: [String(port)],
        entrypoint,
        cmd: command,
        labels: [{ key: 'org.opencontainers.image.title', value: name }],
        envVars: Object.entries(environment).map(([key, value]) => ({ key, value })),
      },
      fileExistenceTests: [
        { name: 'the started program exists', path: structure.present, shouldExist: true },
        ...brought.map((path) => ({ name: `the program's ${path}`, path, shouldExist: true })),
        absent('no shell', '/bin/sh'),
        absent('no distribution package manager', '/usr/bin/apt-get'),
        ...structure.absent.filter((path) => !holds(path)).map((path) => absent(`no ${path}`, path)),
      ],
      commandTests: [
        {
          name: 'the health check fails while nothing is listening',
          command: program,
          args,
          exitCode: 1,
          expectedError: ['no answer'],
        },
      ],
    },
  )
}
