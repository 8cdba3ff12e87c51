import { create } from 'xmlbuilder2'
import {
  evidenceKinds,
  stages,
  type RuleResult,
  type Run,
  type Stage,
  type Undecided,
  type Violation,
} from '../model/index.ts'
import { exceptionText } from '../model/exception-text.ts'
import { headline } from '../model/headline.ts'
import { counted } from '../model/measures.ts'
import { printable } from '../model/printable.ts'

/**
 * JUnit XML, as CI servers read it: a test suite for each judged stage, a test case for each rule of the gate. A rule
 * that says no is a failure; one that could not be decided, missing evidence and a failed stage are errors; one that
 * was not judged, and a release that did not happen, are skipped; one that only warns passes with a note in its output.
 * Each finding that an exception allows is a skipped test case of its own: CI servers list those with their message,
 * but few show properties.
 */
export function renderJunit(run: Run): string {
  const cases = [
    ...ruleCases(run),
    ...exceptedCases(run),
    ...missingCases(run),
    ...failureCases(run),
    ...releaseCases(run),
  ]
  const count = (among: readonly TestCase[], kind: TestCase['result']): number =>
    among.filter((test) => test.result === kind).length
  const counts = (among: readonly TestCase[]): object => ({
    tests: among.length,
    failures: count(among, 'failure'),
    errors: count(among, 'error'),
    skipped: count(among, 'skipped'),
  })

  const document = create({ version: '1.0', encoding: 'UTF-8', invalidCharReplacement: '\uFFFD' })
  const root = document.ele('testsuites', {
    name: `Loadline: ${printable(run.subject.name)}`,
    ...counts(cases),
    time: 0,
  })
  const first = stages.flatMap((stage) => cases.filter((test) => test.stage === stage))[0]
  for (const stage of stages) {
    const ofStage = cases.filter((test) => test.stage === stage)
    if (ofStage.length === 0) continue
    const suite = root.ele('testsuite', {
      name: stage,
      ...counts(ofStage),
      time: 0,
      timestamp: run.startedAt.replace(/(\.\d+)?Z$/, ''),
    })
    if (ofStage[0] === first) addProperties(suite, run)
    for (const test of ofStage) {
      const element = suite.ele('testcase', {
        classname: `loadline.${test.stage}.${printable(test.group)}`,
        name: printable(test.name),
        time: 0,
      })
      if (test.result === 'passed') {
        if (test.text !== '') element.ele('system-out').txt(test.text)
      } else if (test.result === 'skipped') element.ele('skipped', { message: printable(test.message) })
      else element.ele(test.result, { message: printable(test.message), type: test.type }).txt(test.text)
    }
  }
  return `${document.end({ prettyPrint: true })}\n`
}

interface TestCase {
  stage: Stage
  group: string
  name: string
  result: 'passed' | 'failure' | 'error' | 'skipped'
  type: string
  message: string
  text: string
}

/** How many violations a test case lists. */
const mostViolations = 100

function addProperties(suite: ReturnType<typeof create>, run: Run): void {
  const properties = suite.ele('properties')
  const { outcome, images } = headline(run)
  properties.ele('property', { name: 'outcome', value: outcome })
  properties.ele('property', { name: 'mode', value: run.mode })
  properties.ele('property', { name: 'loadline', value: printable(run.loadline) })
  if (run.policy !== undefined) properties.ele('property', { name: 'policy', value: run.policy.digest })
  const baseline = run.verdict?.binding.baseline
  if (baseline !== undefined)
    properties.ele('property', { name: 'baseline', value: `${baseline.digest}, ${baseline.at}` })
  for (const { kind, path, honoured, entries } of run.suppressions ?? [])
    properties.ele('property', {
      name: `${kind} ${printable(path)}`,
      value: honoured ? `honoured, ${counted(entries, 'exception')}` : 'found and not honoured',
    })
  for (const { platform, digest } of images) properties.ele('property', { name: `image ${platform}`, value: digest })
}

function ruleCases(run: Run): TestCase[] {
  return (run.verdict?.results ?? []).map((result) => {
    const message = `expected ${result.wanted}; found ${result.found}`
    const shared = {
      stage: stageOf(result),
      group: result.kind,
      name: `${result.rule}: ${result.title}`,
      type: result.status,
      message,
    }
    switch (result.status) {
      case 'failed':
        return { ...shared, result: 'failure', text: textOf(result) }
      case 'undecided':
        return { ...shared, result: 'error', text: textOf(result) }
      case 'off':
        return { ...shared, result: 'skipped', message: result.found, text: '' }
      case 'warned':
        return { ...shared, result: 'passed', text: `Warns only.\n${textOf(result)}` }
      case 'passed':
        return { ...shared, result: 'passed', text: exceptedText(result) }
    }
  })
}

function exceptedCases(run: Run): TestCase[] {
  return (run.verdict?.results ?? []).flatMap((result) => {
    const shared = { stage: stageOf(result), group: result.kind, result: 'skipped', type: '', text: '' } as const
    const shown = result.excepted.slice(0, mostViolations)
    const cut = result.excepted.length - shown.length
    const cases = shown.map(({ violation: { id, subject, platform }, ...exception }): TestCase => {
      const name = [id, subject, platform === undefined ? '' : `on ${platform}`].filter((part) => part !== '').join(' ')
      return { ...shared, name: `${result.rule}: exception for ${name}`, message: exceptionText(exception).line }
    })
    return cut > 0
      ? [
          ...cases,
          {
            ...shared,
            name: `${result.rule}: more exceptions`,
            message: `and ${counted(cut, 'more', 'more')}: see verdict.json`,
          },
        ]
      : cases
  })
}

function stageOf({ kind }: RuleResult): Stage {
  if (kind === 'policy') return 'gate'
  return kind === 'lint' ? 'lint' : 'evidence'
}

function textOf(result: RuleResult): string {
  const shown = result.violations.slice(0, mostViolations)
  const cut = result.violations.length - shown.length
  return [
    `expected: ${printable(result.wanted)}`,
    `found: ${printable(result.found)}`,
    `to do: ${printable(result.remedy)}`,
    ...shown.map(lineOf),
    ...(cut > 0 ? [`and ${counted(cut, 'more', 'more')}: see verdict.json`] : []),
    exceptedText(result),
    knownText(result),
  ]
    .filter((line) => line !== '')
    .join('\n')
}

function lineOf(violation: Violation): string {
  const where =
    violation.location === undefined
      ? ''
      : ` at ${printable(violation.location.path)}${violation.location.line === undefined ? '' : `:${violation.location.line}`}`
  const on = violation.platform === undefined ? '' : ` on ${violation.platform}`
  const subject = violation.subject === '' ? '' : ` ${printable(violation.subject)}`
  return `- ${violation.severity} ${printable(violation.id)}${subject}${on}${where}: ${printable(violation.found)}; expected ${printable(violation.wanted)}; ${printable(violation.remedy)}`
}

function exceptedText(result: RuleResult): string {
  return result.excepted.length === 0
    ? ''
    : `${counted(result.excepted.length, 'finding')} allowed by an exception: ${printable(
        result.excepted
          .map(({ violation, expires }) => `${violation.id} until ${expires}`)
          .slice(0, mostViolations)
          .join(', '),
      )}`
}

function knownText({ known = [] }: RuleResult): string {
  return known.length === 0
    ? ''
    : `${counted(known.length, 'finding')} known since an earlier verdict: ${printable(
        known
          .map(({ violation, since }) => `${violation.id} since ${since.slice(0, 10)}`)
          .slice(0, mostViolations)
          .join(', '),
      )}`
}

function missingCases(run: Run): TestCase[] {
  const lint: Array<[string, Undecided]> =
    run.evidence?.lint.status === 'undecided' ? [['lint', run.evidence.lint]] : []
  const cells = (run.evidence?.platforms ?? []).flatMap(({ archive, evidence }) =>
    evidenceKinds.flatMap((kind): Array<[string, Undecided]> =>
      evidence[kind].status === 'undecided' ? [[`${kind} on ${archive.platform}`, evidence[kind]]] : [],
    ),
  )
  const needed = run.verdict?.outcome !== 'passed'
  return [...lint, ...cells].map(([what, { wanted, found, remedy }]) => ({
    stage: what === 'lint' ? 'lint' : 'evidence',
    group: 'missing',
    name: `evidence: ${what}`,
    result: needed ? 'error' : 'skipped',
    type: 'undecided',
    message: `expected ${wanted}; found ${found}`,
    text: `to do: ${printable(remedy)}`,
  }))
}

function failureCases(run: Run): TestCase[] {
  const { outcome, sentence, next } = headline(run)
  if (outcome !== 'broken') return []
  return [
    {
      stage: run.failure?.stage ?? 'gate',
      group: 'run',
      name: 'the run completes',
      result: 'error',
      type: run.failure?.code ?? 'CONTRADICTION',
      message: sentence,
      text: [`to do: ${printable(next)}`, ...(run.failure?.step?.output ?? []).map((line) => printable(line))].join(
        '\n',
      ),
    },
  ]
}

function releaseCases(run: Run): TestCase[] {
  if (run.release !== undefined)
    return [
      {
        stage: 'publish',
        group: 'release',
        name: `published as ${run.release.reference}`,
        result: 'passed',
        type: '',
        message: '',
        text: run.release.digest,
      },
    ]
  if (run.notPublished === undefined) return []
  return [
    {
      stage: 'publish',
      group: 'release',
      name: 'published',
      result: 'skipped',
      type: '',
      message: run.notPublished,
      text: '',
    },
  ]
}
