import { z } from 'zod'
import { DeliveryError } from '../../model/errors.ts'
import type { Structure } from '../../model/index.ts'
import { printable } from '../../model/printable.ts'
import { readJson } from '../../model/read-json.ts'

const nanoseconds = z.number().min(0)

const Summary = z.strictObject({
  Pass: z.int().min(0),
  Fail: z.int().min(0),
  Total: z.int().min(0),
  Duration: nanoseconds,
  Results: z
    .array(
      z.strictObject({
        Name: z.string(),
        Pass: z.boolean(),
        Stdout: z.string().optional(),
        Stderr: z.string().optional(),
        Errors: z.array(z.string()).optional(),
        Duration: nanoseconds,
      }),
    )
    .default([]),
})

const name = 'container-structure-test'
const mostErrors = 20
const longestError = 500

/**
 * Reads the output of container-structure-test. `expected` is the number of tests in the file (`countTests`).
 * Throws `TOOL` if the result is incomplete or tests are missing from it; throws `STRUCTURE_TESTS` if the file was refused.
 * Its exit code does not help: 1 means failed tests as well as every kind of crash.
 */
export function parseResults(run: { stdout: string; stderr: string }, expected?: number): Structure['tests'] {
  const start = run.stdout.search(/^\{/m)
  if (start === -1) throw noResults(run.stderr)
  const { Pass, Fail, Total, Results } = readJson(name, run.stdout.slice(start), Summary)
  const refused = Results.flatMap(({ Errors = [] }) => Errors).find((error) =>
    error.startsWith('error parsing config file:'),
  )
  if (refused !== undefined) {
    throw new DeliveryError(
      'STRUCTURE_TESTS',
      `${name} refuses the test file: ${refused.replaceAll(/\s+/g, ' ').slice(0, longestError)}`,
      'Correct the test file.',
    )
  }
  const passed = Results.filter((result) => result.Pass).length
  const wanted = expected ?? Total
  if (Total === 0 || Results.length !== wanted || Total !== wanted || passed !== Pass || Total - passed !== Fail) {
    throw new DeliveryError(
      'TOOL',
      `expected ${expected ?? 'at least one'} result${expected === 1 ? '' : 's'} from ${name}, each passed or failed; found ${Results.length} of ${Total}, ${Pass} passed and ${Fail} failed`,
      'Run again; if it persists, report it as a bug in Loadline.',
    )
  }
  return Results.map((result) => ({
    name: result.Name,
    passed: result.Pass,
    errors: describeErrors(result.Errors ?? []),
    seconds: result.Duration / 1e9,
  }))
}

function noResults(stderr: string): DeliveryError {
  const last = stderr.trim().split('\n').at(-1)?.slice(0, longestError)
  return new DeliveryError(
    'TOOL',
    `${name} printed no results${last ? `: ${last}` : ''}`,
    'Run again; if the error persists, run it by hand in the image to see its output.',
  )
}

/** Fails the tests, by position, that prove nothing whatever the tool reports. */
export function failThose(tests: Structure['tests'], faults: ReadonlyMap<number, string>): Structure['tests'] {
  return tests.map((test, index) => {
    const reason = faults.get(index)
    return reason === undefined ? test : { ...test, passed: false, errors: [reason] }
  })
}

function describeErrors(errors: readonly string[]): string[] {
  const told = errors.slice(0, mostErrors).map(withoutContent)
  return errors.length > mostErrors ? [...told, `and ${errors.length - mostErrors} more`] : told
}

/**
 * The tool quotes the whole file, and the real value of a variable or argument: they may be secrets, and reports are
 * shared. What was expected is kept.
 */
const quoting: ReadonlyArray<[RegExp, string]> = [
  [
    /^(env var|label) (\S+) value [\s\S]* does not match expected value: ([\s\S]*)$/,
    '$1 $2 does not have the expected value: $3',
  ],
  [/^(Expected|Excluded) (string '[\s\S]*?' (?:not )?found in file content) string '[\s\S]*'$/, '$1 $2'],
  [
    /^Image (?:config )?(Cmd|entrypoint) \[[\s\S]*\] does not match expected [\w ]+: ([\s\S]*)$/i,
    'image $1 is not as expected: $2',
  ],
]

function withoutContent(error: string): string {
  const rule = quoting.find(([form]) => form.test(error))
  // It may quote the output of a program in the image.
  return printable(rule === undefined ? error : error.replace(...rule), longestError)
}
