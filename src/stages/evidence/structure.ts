import { dag, type Directory, type File, type Platform as DaggerPlatform } from '@dagger.io/dagger'
import type { Collected, Lock, Platform, Structure } from '../../model/index.ts'
import type { Policy } from '../../policy/schema.ts'
import { runTests } from '../../tools/container-structure-test/command.ts'
import { failThose, parseResults } from '../../tools/container-structure-test/output.ts'
import {
  countTests,
  parseStructureTests,
  splitTests,
  type CommandTests,
  type StructureTests,
} from '../../tools/container-structure-test/structure-test-file.ts'
import { requireSuccess, runTool } from '../../engine/run-tool.ts'
import { insideImage, judgeCommands, testPlan, type TestPaths } from '../../tools/sandbox/command.ts'
import { parseCommandRun } from '../../tools/sandbox/output.ts'
import { ownToolImage, toolImage, type ReadyTool } from '../../engine/tool-image.ts'
import type { BuiltArchive } from '../build/build.ts'
import { collect } from '../../engine/collect.ts'
import { configurationFile } from './configuration-file.ts'
import { confirmVersion } from '../../engine/confirm-version.ts'
import { emulatedHere, runsHere } from './runs-here.ts'

type Results = Structure['tests']

/** What both halves of the tests need. */
interface Tested {
  root: Directory
  judge: File
  configuration: File
  sandbox: ReadyTool
}

/**
 * Runs the container-structure-test file. Files and configuration are read from the archive, before and separately from
 * anything in the image that runs; each command runs on its own copy, as the image's own user, under the confinement of
 * the run under hardening and without a network. So no test sees another's effects, and the image cannot fix itself for
 * one.
 */
export function collectStructure(
  built: BuiltArchive,
  file: { path: string; text: string } | undefined,
  policy: Policy,
  lock: Lock,
): Promise<Collected<Structure>> {
  return collect(
    { wanted: 'the results of the structure tests', tool: () => toolImage(lock, 'structureTest') },
    async (tool) => {
      if (file === undefined) return { file: '', tests: [] }
      await confirmVersion('container-structure-test', tool)
      const { commands, others } = splitTests(parseStructureTests(file.text, file.path))
      const image = dag.container({ platform: built.archive.platform as DaggerPlatform }).import_(built.file)
      const tested = {
        root: image.rootfs(),
        judge: tool.container.file(tool.program),
        configuration: await configurationFile(built, lock),
        sandbox: await ownToolImage(lock, 'sandbox'),
      }
      const starts = commands === undefined ? 'natively' : await howStarted(built, tested.sandbox)
      const [ran, read] = await Promise.all([
        commands === undefined
          ? []
          : starts === undefined
            ? notRun(commands, built.archive.platform)
            : runCommands(tested, commands, policy),
        countTests(others) === 0 ? [] : readFiles(tested, others, built),
      ])
      return {
        file: file.path,
        tests: [...ran, ...read],
        ...(starts === 'emulated' ? { emulated: true as const } : {}),
      }
    },
  )
}

/** The tests of files and configuration, by a program from outside that has the image as its root. */
async function readFiles(
  { root, judge, configuration, sandbox }: Tested,
  tests: StructureTests,
  built: BuiltArchive,
): Promise<Results> {
  // The image cannot have a directory that is named after its own digest.
  const own = `/.${built.archive.digest.slice('sha256:'.length)}`
  const paths = { program: `${own}/judge`, tests: `${own}/tests.yaml`, metadata: `${own}/metadata.json` }
  const prepared = root
    .withFile(paths.program, judge)
    .withFile(paths.metadata, configuration)
    .withNewFile(paths.tests, testFile(tests))
  const ended = await runTool(
    'container-structure-test',
    sandbox.container.withMountedDirectory('/image', prepared),
    insideImage(sandbox.program, '/image', runTests(paths)),
  )
  return parseResults(ended, countTests(tests))
}

/** How the image's programs can be started; undefined if they cannot be, so that their tests have not passed. */
async function howStarted(built: BuiltArchive, sandbox: ReadyTool): Promise<'natively' | 'emulated' | undefined> {
  if (await runsHere(built)) return 'natively'
  return (await emulatedHere(built, sandbox)) ? 'emulated' : undefined
}

async function runCommands(
  { root, judge, configuration, sandbox }: Tested,
  commands: CommandTests,
  policy: Policy,
): Promise<Results> {
  const paths: TestPaths = { plan: '/plan.json', configuration: '/image.json', root: '/image' }
  const program = '/judge'
  const { plan, tests } = testPlan(sandbox.program, paths, commands, policy)
  const ended = await runTool(
    'sandbox',
    sandbox.container
      .withMountedFile(program, judge)
      .withMountedFile(paths.plan, plainFile(plan))
      .withMountedFile('/tests.yaml', plainFile(testFile(tests)))
      .withMountedFile(paths.configuration, configuration)
      .withMountedDirectory(paths.root, root),
    judgeCommands(sandbox.program, runTests({ program, tests: '/tests.yaml', metadata: paths.configuration })),
    { insecureRootCapabilities: true },
  )
  requireSuccess(
    'sandbox',
    ended,
    'The engine must allow containers with root capabilities (insecureRootCapabilities) and control groups; otherwise remove commandTests.',
  )
  const { judged, faults } = parseCommandRun(ended.stdout)
  return failThose(parseResults(judged, countTests(tests)), faults)
}

function notRun({ commandTests }: CommandTests, platform: Platform): Results {
  return commandTests.map(({ name }) => ({
    name: `Command Test: ${name}`,
    passed: false,
    errors: [
      `not run: this engine cannot start ${platform} programs, and its kernel has no emulator for them (binfmt_misc)`,
    ],
    seconds: 0,
  }))
}

/** JSON is also YAML, and for a name ending in .json the tool would read a missing uid as 0. */
function testFile(tests: StructureTests): string {
  return JSON.stringify(tests)
}

function plainFile(text: string): File {
  return dag.directory().withNewFile('file', text).file('file')
}
