import { dag, type Platform as DaggerPlatform } from '@dagger.io/dagger'
import type { Collected, Lock, Structure } from '../../model/index.ts'
import { runTests } from '../../tools/container-structure-test/command.ts'
import { parseResults } from '../../tools/container-structure-test/output.ts'
import { countTests, parseStructureTests } from '../../tools/container-structure-test/schema.ts'
import { extractConfiguration } from '../../tools/inspect/command.ts'
import { runTool } from '../../tools/run-tool.ts'
import { ownToolImage, toolImage } from '../../tools/tool-image.ts'
import type { BuiltArchive } from '../build.ts'
import { collect } from './collect.ts'

const directory = '/.loadline'

/**
 * Runs the container-structure-test file inside an import of the archive, as the image's own user: its command tests need neither a Docker daemon nor a shell.
 * Only the archive's bytes are there, so a build secret cannot be.
 */
export function collectStructure(built: BuiltArchive, tests: { path: string; text: string } | undefined, lock: Lock): Promise<Collected<Structure>> {
  return collect({ wanted: 'the results of the structure tests', tool: () => toolImage(lock, 'structureTest') }, async ({ container, program }) => {
    if (tests === undefined) return { file: '', tests: [] }
    const inspect = ownToolImage(lock, 'inspect')
    const metadata = inspect.container
      .withMountedFile('/archive.tar', built.file)
      .withExec([inspect.program, ...extractConfiguration('/archive.tar', '/metadata.json')])
      .file('/metadata.json')
    const files = dag.directory().withNewFile('tests.yaml', tests.text).withFile('metadata.json', metadata)
    const image = dag
      .container({ platform: built.archive.platform as DaggerPlatform })
      .import_(built.file)
      .withMountedFile(`${directory}/container-structure-test`, container.file(program))
      .withMountedDirectory(`${directory}/input`, files)
    const run = await runTool('container-structure-test', image, runTests({ program: `${directory}/container-structure-test`, tests: `${directory}/input/tests.yaml`, metadata: `${directory}/input/metadata.json` }))
    return { file: tests.path, tests: parseResults(run, countTests(parseStructureTests(tests.text, tests.path))) }
  })
}
