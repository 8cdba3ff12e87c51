import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { audit } from '../../pipelines/audit.ts'
import { DeliveryError } from '../../src/model/errors.ts'
import { kubernetesSuites } from './kubernetes-suites.ts'
import { suites as others, type About, type Labelled } from './suites.ts'

/**
 * `npm run test:agreement -- polaris DIRECTORY`: how often the audit agrees with the labels of somebody else's test suite, of which DIRECTORY holds a checkout. Good means that the
 * control does not fail, bad that it does, or that the file is refused. Every difference is printed; those that stay are explained in docs/audit.md. Nothing of a suite is kept here.
 */
const suites = { ...others, ...kubernetesSuites }
const [name = '', directory = ''] = process.argv.slice(2)
const suite = suites[name]
if (suite === undefined || directory === '') {
  process.stderr.write(`expected one of ${Object.keys(suites).join(', ')} and a directory\n`)
  process.exit(2)
}

const cases = readdirSync(directory, { recursive: true, encoding: 'utf8' })
  .filter((path) => /\.(ya?ml|rego|hs)$|Dockerfile/.test(basename(path)))
  .toSorted()
  .flatMap((path) => suite.labelled(path, read(path) ?? '', read))
const compared = cases.flatMap((one) => {
  const about = suite.checks[one.check]
  return about === undefined ? [] : [{ one, about }]
})
const differences: string[] = []
for (const { one, about } of compared) {
  const said = await failuresOf(one, about)
  // What is refused is not clean.
  const agrees = typeof said === 'string' ? !one.isGood : (said.length === 0) === one.isGood
  if (!agrees)
    differences.push(`${one.check}: ${one.path} is ${one.isGood ? 'good' : 'bad'}; ${String(said) || 'nothing fails'}`)
}
const agreed = compared.length - differences.length
const share = ((100 * agreed) / compared.length).toFixed(1)
process.stdout.write(
  `${differences.join('\n')}\n${suite.repository}: ${agreed} of ${compared.length} labels (${share} %); ${cases.length - compared.length} are of checks that no control is about\n`,
)

function read(path: string): string | undefined {
  const file = join(directory, path)
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined
}

/** What fails of the controls that a check is about; a text where the case cannot be read. */
async function failuresOf({ path, text }: Labelled, about: readonly About[]): Promise<string[] | string> {
  try {
    const { controls } = await audit({
      files: [{ path: /Dockerfile/.test(path) ? 'Dockerfile' : 'case.yaml', text, named: true }],
      open: async () => undefined,
      now: new Date(),
    })
    return about.flatMap(({ control, says = /^/ }) =>
      (controls.find(({ id }) => id === control)?.evidence ?? [])
        .filter(({ status, found }) => status === 'fail' && says.test(found))
        .map(({ found }) => `${control}: ${found}`),
    )
  } catch (error) {
    if (error instanceof DeliveryError) return error.message
    throw error
  }
}
