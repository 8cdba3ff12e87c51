import { evaluate } from '../../../src/gate/evaluate.ts'
import type { Configuration, Package, Runtime } from '../../../src/model/index.ts'
import type { Policy } from '../../../src/policy/index.ts'
import {
  assemble,
  checkerTemplates,
  placeDockerfile,
  repairs,
  type Seen,
  type Situation,
  type Turn,
} from '../../../src/repair/index.ts'
import type { Answer } from '../../../src/repair/repair.ts'
import { applicationLayer, evidenceWith, lintFinding, now, policyWith, tool, valueOf } from '../gate/good-evidence.ts'
import { readingOf } from '../recorded-reading.ts'

/** What differs from an image that passes. */
export interface Given {
  /** Remarks of hadolint, as `DL3042:4`, all of a level that denies. */
  lint?: string[]
  /** Remarks of BuildKit's checks, in the same form; the policy denies each. */
  checks?: string[]
  configuration?: { [K in keyof Configuration]?: Configuration[K] | undefined }
  /** The line of the instruction that brought what `configuration.pathLayers` names. */
  broughtBy?: number
  packages?: Array<Pick<Package, 'name' | 'version' | 'type' | 'path'>>
  runtime?: Partial<Runtime>
  seen?: Seen
  downloads?: Array<{ address: string; line: number; verified: boolean }>
  /** Texts of the source's files. */
  source?: Record<string, string>
  policy?: Parameters<typeof policyWith>[0]
  base?: { pinnedBy: 'nobody'; written: string; reference: string; digest: string }
  withoutTests?: boolean
  secrets?: string[]
}

/** The situation of an image, judged by the real gate. */
export function situationOf(text: string, given: Given = {}): Situation {
  const policy: Policy = policyWith({ lint: { buildChecks: { deny: 'all' } }, ...given.policy })
  const place = (written: string) => {
    const [id = '', line] = written.split(':')
    return { id, location: { path: 'Dockerfile', line: Number(line), within: 'source' as const } }
  }
  const evidence = evidenceWith((good) => {
    const lint = {
      findings: (given.lint ?? []).map((written) => lintFinding(place(written))),
      checks: (given.checks ?? []).map((written) => ({ ...place(written), message: written })),
      pragmas: [],
      downloads: given.downloads ?? [],
    }
    good.lint = { status: 'collected', tool: tool('hadolint'), value: lint }
    Object.assign(valueOf(good, 'configuration'), given.configuration)
    if (given.packages !== undefined)
      valueOf(good, 'licenses').packages = given.packages.map((one) => ({ ...one, licenses: ['MIT'] }))
    Object.assign(valueOf(good, 'runtime'), given.runtime)
    const base = valueOf(good, 'base')
    for (const layer of base.lineage?.layers ?? [])
      if (layer.diffId === applicationLayer && given.broughtBy !== undefined)
        Object.assign(layer, { instruction: 'RUN', line: given.broughtBy })
    if (given.base !== undefined) Object.assign(base.images[0]!, given.base)
    if (given.withoutTests === true) Object.assign(valueOf(good, 'structure'), { file: '', tests: [] })
    valueOf(good, 'secrets').findings = (given.secrets ?? []).map((path) => ({
      id: 'private-key',
      severity: 'critical' as const,
      title: 'Private key',
      category: 'key',
      location: { path, line: 1, within: 'image' as const },
    }))
  })
  const { verdict } = evaluate(policy, evidence, now)
  const files = Object.entries(given.source ?? {})
  return {
    file: placeDockerfile('Dockerfile', text, readingOf(text)),
    policy,
    results: verdict.results,
    image: {
      configuration: valueOf(evidence, 'configuration'),
      base: valueOf(evidence, 'base'),
      runtime: valueOf(evidence, 'runtime'),
      packages: valueOf(evidence, 'licenses').packages,
      ...(given.seen === undefined ? {} : { seen: given.seen }),
    },
    checkers: new Map(checkerTemplates.map((name) => [name, `${name}\n`])),
    source: { name: 'shop', paths: new Set(['Dockerfile', ...files.map(([path]) => path)]), texts: new Map(files) },
  }
}

/** What every repair says of a situation. */
export function answersTo(situation: Situation): Answer[] {
  return repairs.map((repair) => repair.propose(situation))
}

/** The Dockerfile with every repair made of some rounds, and the other files that come of it. */
export function repaired(
  text: string,
  given: Given = {},
  turns: readonly Turn[] = ['start', 'rest', 'observed'],
): { dockerfile: string; files: Record<string, string> } {
  const situation = situationOf(text, given)
  const proposals = repairs
    .filter(({ turn = 'rest' }) => turns.includes(turn))
    .flatMap((repair) => repair.propose(situation).proposals ?? [])
  const { Dockerfile: dockerfile = text, ...files } = assemble(
    situation.file,
    proposals,
    situation.image.configuration?.user ?? '',
  )
  return { dockerfile, files }
}

/** What the repairs leave to people, by rule. */
export function remains(text: string, given: Given = {}): string[] {
  return answersTo(situationOf(text, given)).flatMap(({ remains: some = [] }) =>
    some.map(({ rule, text: said }) => `${rule}: ${said}`),
  )
}
