import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { DeliveryError } from '../../../src/model/errors.ts'
import { Structure } from '../../../src/model/index.ts'
import { runTests } from '../../../src/tools/container-structure-test/command.ts'
import { parseResults } from '../../../src/tools/container-structure-test/output.ts'
import { countTests, parseStructureTests } from '../../../src/tools/container-structure-test/structure-test-file.ts'

const recorded = (name: string) =>
  readFileSync(new URL(`../../fixtures/container-structure-test/${name}`, import.meta.url), 'utf8')
const output = (name: string, stderr?: string) => ({
  stdout: recorded(`${name}-1.22.1.txt`),
  stderr: stderr === undefined ? '' : recorded(`${stderr}-1.22.1.txt`),
})

/** What was thrown, or nothing. */
function thrownBy(work: () => unknown): DeliveryError {
  try {
    work()
  } catch (error) {
    if (error instanceof DeliveryError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

describe('the results of container-structure-test', () => {
  it('are asked for without a shell and without Docker', () => {
    expect(runTests({ program: '/p/cst', tests: '/p/tests.yaml', metadata: '/p/metadata.json' })).toEqual([
      '/p/cst',
      'test',
      '--driver',
      'host',
      '--force',
      '--metadata',
      '/p/metadata.json',
      '--config',
      '/p/tests.yaml',
      '--output',
      'json',
      '--no-color',
    ])
  })

  it('are read when all pass', () => {
    const tests = parseResults(output('passed'), 2)
    expect(Structure.parse({ file: 'structure-test.yaml', tests }).tests).toEqual([
      { name: 'Command Test: works', passed: true, errors: [], seconds: expect.closeTo(0.000833179, 9) as number },
      { name: 'File Existence Test: there', passed: true, errors: [], seconds: 0 },
    ])
  })

  it('are read when some fail, as many as the file has tests', () => {
    const tests = parseResults(output('failed'), countTests(parseStructureTests(recorded('tests.yaml'), 'tests.yaml')))
    expect(tests.filter(({ passed }) => !passed).map(({ name, errors }) => [name, ...errors])).toEqual([
      ['Command Test: fails', "Test 'fails' exited with incorrect error code. Expected: 0, Actual: 1"],
      ['Command Test: says what it met', "Expected string 'two' not found in output 'one '"],
      ['File Content Test: other content', "Expected string 'nothing like it' not found in file content"],
      ['File Existence Test: missing', 'Error examining file in container: lstat /no/such: no such file or directory'],
      [
        'Metadata Test',
        'env var APP_PASSWORD does not have the expected value: other',
        'variable ABSENT not found in image env',
        'image entrypoint is not as expected: [/app/run]',
      ],
    ])
  })

  it('never quote values of the image [fault 38]', () => {
    expect(recorded('failed-1.22.1.txt')).toContain('hunter2')
    expect(JSON.stringify(parseResults(output('failed')))).not.toMatch(/hunter2|s3cr3t/)
  })

  it('are bounded', () => {
    const many = {
      Name: 'License Test',
      Pass: false,
      Errors: Array.from({ length: 30 }, (_, index) => `${index} ${'x'.repeat(1000)}`),
      Duration: 0,
    }
    const [test] = parseResults({
      stdout: JSON.stringify({ Pass: 0, Fail: 1, Total: 1, Duration: 0, Results: [many] }),
      stderr: '',
    })
    expect(test?.errors).toHaveLength(21)
    expect(test?.errors.at(-1)).toBe('and 10 more')
    expect(test?.errors[0]?.length).toBeLessThan(550)
  })

  it('say which program could not be started', () => {
    const error = thrownBy(() => parseResults(output('no-program', 'no-program-stderr')))
    expect(error.code).toBe('TOOL')
    expect(error.message).toContain('fork/exec /no/bin: no such file or directory')
  })

  it.each([
    ['nothing', { stdout: '', stderr: '' }],
    ['a crash', output('crash', 'crash-stderr')],
    ['no tests', output('no-tests')],
    ['an empty document', { stdout: '{}', stderr: '' }],
    ['a truncated document', { stdout: recorded('failed-1.22.1.txt').slice(0, 900), stderr: '' }],
    [
      'counts that do not agree',
      { stdout: recorded('failed-1.22.1.txt').replace('"Pass":6,"Fail":5', '"Pass":11,"Fail":0'), stderr: '' },
    ],
    ['a result without an answer', { stdout: recorded('passed-1.22.1.txt').replace('"Pass":true,', ''), stderr: '' }],
  ])('cannot be read from %s [fault 6]', (_title, run) => {
    expect(thrownBy(() => parseResults(run)).code).toBe('TOOL')
  })

  it('must be as many as there are tests [fault 6]', () => {
    expect(thrownBy(() => parseResults(output('passed'), 3)).message).toContain('expected 3 results')
  })

  it('blame the file when it was refused', () => {
    const error = thrownBy(() => parseResults(output('refused')))
    expect(error.code).toBe('STRUCTURE_TESTS')
    expect(error.message).toContain('field bogus not found')
  })
})

describe('the test file', () => {
  const file = (text: string) => `schemaVersion: 2.0.0\n${text}`
  const command = (text: string) => file(`commandTests:\n  - name: x\n    command: /bin/true\n    ${text}\n`)
  const existence = (text: string) => file(`fileExistenceTests:\n  - name: x\n    path: /x\n    ${text}\n`)

  it('is counted as the tool counts', () => {
    expect(countTests(parseStructureTests(recorded('tests.yaml'), 'tests.yaml'))).toBe(11)
    const counted = (metadata: string) =>
      countTests(
        parseStructureTests(
          file(`commandTests: [{name: a, command: /bin/true}]\nmetadataTest: ${metadata}\n`),
          'x.yaml',
        ),
      )
    expect(
      [
        '{user: app}',
        '{unmountedVolumes: [/x]}',
        '{unexposedPorts: [22]}',
        '{workdir: ""}',
        '{exposedPorts: [8080]}',
        '{}',
        '{entrypoint: []}',
        '{labels: []}',
      ].map(counted),
    ).toEqual([2, 2, 2, 1, 2, 1, 2, 1])
  })

  it.each([
    ['an empty file', '', 'the file is empty'],
    ['comments only', '# later\n\n# more\n', 'the file is empty'],
    ['no tests', file(''), 'it has no tests'],
    ['empty lists', file('commandTests: []\nmetadataTest: {}\n'), 'it has no tests'],
    ['another version', 'schemaVersion: 1.0.0\ncommandTests: [{name: a, command: /x}]\n', 'line 1: expected'],
    ['no version', 'commandTests: [{name: a, command: /x}]\n', 'schemaVersion: must be 2.0.0'],
    ['an unknown key', `${command('timeout: 3')}`, 'line 5'],
    ['an unknown key at the top', file('comandTests: []\n'), '"comandTests"'],
    ['no name', file('commandTests: [{command: /x}]\n'), 'commandTests.0.name'],
    ['no command', file('commandTests: [{name: x}]\n'), 'commandTests.0.command'],
    ['an empty name', file('commandTests: [{name: "", command: /x}]\n'), 'must not be empty'],
    ['an empty setup command', command('setup: [[]]'), 'at least one word'],
    ['an exit code in quotes', command('exitCode: "0"'), 'exitCode'],
    [
      'Docker run options',
      `${command('exitCode: 0')}containerRunOptions:\n  user: root\n`,
      'containerRunOptions needs Docker',
    ],
    ['an owner', existence('uid: 0'), 'the owner of a file needs Docker'],
    ['a group', existence('gid: 0'), 'the group of a file needs Docker'],
    [
      'permissions of a file that should not exist',
      existence('shouldExist: false\n    permissions: -rw-r--r--'),
      'has no permissions',
    ],
    ['permissions in the form of ls', existence('permissions: -rwsr-xr-x'), 'urwxr-xr-x for setuid'],
    ['a content test without contents', file('fileContentTests: [{name: x, path: /x}]\n'), 'tests nothing'],
    ['a license test of nothing', file('licenseTests: [{debian: false}]\n'), 'tests nothing'],
    [
      'a variable that is not filled in',
      file('globalEnvVars: [{key: WHO, value: me}]\ncommandTests: [{name: x, command: /bin/echo, args: ["$WHO"]}]\n'),
      '$WHO is expanded only from',
    ],
    ['a key twice', file('commandTests: []\ncommandTests: []\n'), 'twice'],
    ['an alias', file('commandTests: &a []\nfileExistenceTests: *a\n'), 'anchor'],
    ['no YAML', 'commandTests: [', 'not valid YAML'],
    ['a list', '- a\n', 'structure-test.yaml'],
    ['a second document', `${command('exitCode: 0')}---\nx: 1\n`, 'second'],
  ])('is refused with %s [faults 23, 24]', (_title, text, message) => {
    const error = thrownBy(() => parseStructureTests(text, 'structure-test.yaml'))
    expect(error.code).toBe('STRUCTURE_TESTS')
    expect(error.message).toContain(message)
    expect(error.message).toContain('structure-test.yaml')
  })

  it('may use the variables of the image', () => {
    expect(() =>
      parseStructureTests(
        file(
          'globalEnvVars: [{key: WHO, value: me}]\ncommandTests: [{name: x, command: /bin/echo, args: ["$WHOLE", "$PATH"]}]\n',
        ),
        'x.yaml',
      ),
    ).not.toThrow()
  })
})
