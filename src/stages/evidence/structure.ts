import { dag, type Container, type Platform as DaggerPlatform } from '@dagger.io/dagger'
import type { Collected, Lock, Platform, Structure } from '../../model/index.ts'
import { runTests } from '../../tools/container-structure-test/command.ts'
import { parseResults } from '../../tools/container-structure-test/output.ts'
import { countTests, parseStructureTests, type StructureTests } from '../../tools/container-structure-test/schema.ts'
import { runTool } from '../../engine/run-tool.ts'
import { toolImage } from '../../engine/tool-image.ts'
import type { BuiltArchive } from '../build/build.ts'
import { collect } from './collect.ts'
import { configurationFile } from './configuration-file.ts'
import { confirmVersion } from './confirm-version.ts'
import { runsHere } from './runs-here.ts'

const directory = '/.loadline'

/**
 * Runs the container-structure-test file inside an import of the archive, as the image's own user: its command tests need neither a Docker daemon nor a shell.
 * Only the archive's bytes are there, so a build secret cannot be.
 */
export function collectStructure(
  built: BuiltArchive,
  file: { path: string; text: string } | undefined,
  lock: Lock,
): Promise<Collected<Structure>> {
  return collect(
    { wanted: 'the results of the structure tests', tool: () => toolImage(lock, 'structureTest') },
    async (tool) => {
      if (file === undefined) return { file: '', tests: [] }
      await confirmVersion('container-structure-test', tool)
      const tests = parseStructureTests(file.text, file.path)
      const image = dag
        .container({ platform: built.archive.platform as DaggerPlatform })
        .import_(built.file)
        .withMountedFile(`${directory}/container-structure-test`, tool.container.file(tool.program))
        .withMountedFile(`${directory}/metadata.json`, configurationFile(built, lock))
      const results = (await runsHere(built))
        ? await run(image, tests)
        : await runWithoutCommands(image, tests, built.archive.platform)
      return { file: file.path, tests: results }
    },
  )
}

async function run(image: Container, tests: StructureTests): Promise<Structure['tests']> {
  // JSON is YAML too, and by a name in .json the tool would take a missing uid for 0.
  const input = `${directory}/tests.yaml`
  const ready = image.withMountedFile(
    input,
    dag.directory().withNewFile('tests.yaml', JSON.stringify(tests)).file('tests.yaml'),
  )
  const ended = await runTool(
    'container-structure-test',
    ready,
    runTests({
      program: `${directory}/container-structure-test`,
      tests: input,
      metadata: `${directory}/metadata.json`,
    }),
  )
  return parseResults(ended, countTests(tests))
}

/** Files and configuration can be tested on any engine; a program of another architecture cannot be started, and then its test has not passed. */
async function runWithoutCommands(
  image: Container,
  tests: StructureTests,
  platform: Platform,
): Promise<Structure['tests']> {
  const { commandTests = [], ...others } = tests
  const results = countTests(others) === 0 ? [] : await run(image, others)
  const notRun = commandTests.map(({ name }) => ({
    name: `Command Test: ${name}`,
    passed: false,
    errors: [`not run: this engine cannot start ${platform} programs`],
    seconds: 0,
  }))
  return [...results, ...notRun]
}
