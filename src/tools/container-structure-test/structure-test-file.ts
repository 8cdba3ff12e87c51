import { z } from 'zod'
import { DeliveryError } from '../../model/errors.ts'
import { readYaml, type Problem } from '../../model/read-yaml.ts'

const required = z.string().min(1, 'must not be empty')
/** The tool reads any plain value as its text. */
const text = z.union([z.string(), z.number(), z.boolean()])
const name = required.describe('Describes in the report what was tested.')
const argv = z.array(text).min(1, 'a command has at least one word')

function needsDocker(what: string) {
  return z
    .never({ error: `${what} needs Docker; Loadline runs the tests inside the image, as its own user: remove it` })
    .optional()
}

const Variable = z.strictObject({ key: required, value: text })
const Expected = z.strictObject({ key: required, value: text, isRegex: z.boolean().optional() })

const CommandTest = z.strictObject({
  name,
  setup: z.array(argv).optional(),
  teardown: z.array(argv).optional(),
  envVars: z.array(Variable).optional(),
  command: required,
  args: z.array(text).optional(),
  expectedOutput: z.array(text).optional(),
  excludedOutput: z.array(text).optional(),
  expectedError: z.array(text).optional(),
  excludedError: z.array(text).optional(),
  exitCode: z.int().min(0).max(255).optional(),
})

const FileExistenceTest = z
  .strictObject({
    name,
    path: required,
    shouldExist: z.boolean().optional(),
    permissions: z
      .string()
      .regex(
        /^(-|[dalTLDpSugct]+)([r-][w-][x-]){3}$/,
        'permissions are written as Go prints them, e.g. -rw-r--r--, drwxr-xr-x, urwxr-xr-x for setuid, dtrwxrwxrwx for a sticky directory',
      )
      .optional(),
    isExecutableBy: z.enum(['owner', 'group', 'other', 'any']).optional(),
    uid: needsDocker('the owner of a file'),
    gid: needsDocker('the group of a file'),
  })
  .refine(
    (test) => test.shouldExist !== false || (test.permissions === undefined && test.isExecutableBy === undefined),
    'a file that should not exist has no permissions to test',
  )

const FileContentTest = z
  .strictObject({
    name,
    path: required,
    expectedContents: z.array(text).optional(),
    excludedContents: z.array(text).optional(),
  })
  .refine(
    (test) => (test.expectedContents ?? []).length + (test.excludedContents ?? []).length > 0,
    'tests nothing: give expectedContents or excludedContents',
  )

const MetadataTest = z.strictObject({
  envVars: z.array(Expected).optional(),
  unboundEnvVars: z.array(z.strictObject({ key: required })).optional(),
  labels: z.array(Expected).optional(),
  exposedPorts: z.array(text).optional(),
  unexposedPorts: z.array(text).optional(),
  volumes: z.array(required).optional(),
  unmountedVolumes: z.array(required).optional(),
  entrypoint: z.array(text).optional(),
  cmd: z.array(text).optional(),
  workdir: z.string().optional(),
  user: z.string().optional(),
})

const LicenseTest = z
  .strictObject({ debian: z.boolean().optional(), files: z.array(required).optional() })
  .refine(
    (test) => test.debian === true || (test.files ?? []).length > 0,
    'tests nothing: set debian to true or give files',
  )

/**
 * A test file of container-structure-test, as far as its host driver can run it. Source: container-structure-test
 * 1.22.1, schema version 2.0.0.
 */
export const StructureTests = z
  .strictObject({
    schemaVersion: z.literal('2.0.0', { error: 'must be 2.0.0' }),
    globalEnvVars: z.array(Variable).optional(),
    commandTests: z.array(CommandTest).optional(),
    fileExistenceTests: z.array(FileExistenceTest).optional(),
    fileContentTests: z.array(FileContentTest).optional(),
    metadataTest: MetadataTest.optional(),
    licenseTests: z.array(LicenseTest).optional(),
    containerRunOptions: needsDocker('containerRunOptions'),
  })
  .superRefine((tests, context) => {
    for (const [index, test] of (tests.commandTests ?? []).entries()) {
      const own = [...(tests.globalEnvVars ?? []), ...(test.envVars ?? [])].map(({ key }) => key)
      for (const word of [test.command, ...(test.args ?? [])].map(String)) {
        const used = own.find((key) => isFilledIn(key, word))
        if (used === undefined) continue
        context.addIssue({
          code: 'custom',
          path: ['commandTests', index, 'args'],
          message: `$${used} is expanded only from the image's own environment, not from envVars or globalEnvVars; write the value out, or let a program in the image read the variable`,
        })
      }
    }
  })
export type StructureTests = z.infer<typeof StructureTests>

/** The tests that run programs in the image. */
export type CommandTests = Pick<StructureTests, 'globalEnvVars'> & {
  commandTests: NonNullable<StructureTests['commandTests']>
}

/** Separates the tests that run something from those that check files and configuration: they must not share an image. */
export function splitTests(tests: StructureTests): { commands: CommandTests | undefined; others: StructureTests } {
  const { commandTests = [], globalEnvVars, ...others } = tests
  const commands =
    commandTests.length === 0 ? undefined : { commandTests, ...(globalEnvVars === undefined ? {} : { globalEnvVars }) }
  return { commands, others }
}

/** How many results a run of these tests must give. */
export function countTests(tests: StructureTests): number {
  const lists = [tests.commandTests, tests.fileExistenceTests, tests.fileContentTests, tests.licenseTests]
  return lists.reduce((sum, list) => sum + (list?.length ?? 0), 0) + (isEmptyMetadata(tests.metadataTest) ? 0 : 1)
}

/** The tool skips an empty metadata test; an empty entrypoint or cmd is not empty: it tests that there is none. */
function isEmptyMetadata(test: StructureTests['metadataTest']): boolean {
  const { entrypoint, cmd, workdir = '', user = '', ...lists } = test ?? {}
  return (
    entrypoint === undefined &&
    cmd === undefined &&
    workdir === '' &&
    user === '' &&
    Object.values(lists).every((list) => (list ?? []).length === 0)
  )
}

/** Reads a test file. Throws `STRUCTURE_TESTS` with the line of an unknown key, or if it has no test or one that cannot run here. */
export function parseStructureTests(source: string, path: string): StructureTests {
  if (source.replaceAll(/^[ \t]*#.*$/gm, '').trim() === '') throw refusal(path, 'the file is empty', undefined)
  const document = readYaml(source)
  if (Array.isArray(document)) throw refusal(path, describeProblems(document), document[0]?.line)
  const parsed = StructureTests.safeParse(document.value)
  if (!parsed.success) {
    const issues = parsed.error.issues.slice(0, 3)
    const told = issues.map(
      ({ path: place, message }) => `${place.length === 0 ? '' : `${place.map(String).join('.')}: `}${message}`,
    )
    const first = issues[0]
    const keys = first?.code === 'unrecognized_keys' ? first.keys.slice(0, 1) : []
    throw refusal(path, told.join('; '), document.placeOf([...(first?.path ?? []), ...keys], 'key').line)
  }
  if (countTests(parsed.data) === 0) throw refusal(path, 'it has no tests', undefined)
  return parsed.data
}

function describeProblems(problems: readonly Problem[]): string {
  return problems
    .slice(0, 3)
    .map(({ path, message }) => `${path.length === 0 ? '' : `${path.map(String).join('.')}: `}${message}`)
    .join('; ')
}

function refusal(path: string, found: string, line: number | undefined): DeliveryError {
  return new DeliveryError(
    'STRUCTURE_TESTS',
    `${path}${line === undefined ? '' : ` line ${line}`}: expected a container-structure-test file with at least one test: ${found}`,
    `Correct ${path}; its format is that of container-structure-test, schemaVersion 2.0.0.`,
  )
}

/** Whether a word has `$KEY` or `${KEY}`; a longer name with the same beginning is a different variable. */
function isFilledIn(key: string, word: string): boolean {
  return (
    word.includes(`\${${key}}`) ||
    word
      .split(`$${key}`)
      .slice(1)
      .some((after) => !/^\w/.test(after))
  )
}
