import { dag } from '@dagger.io/dagger'
import { rules } from '../../src/gate/rules.ts'
import type { Evidence, Lock, PlatformEvidence, Violation } from '../../src/model/index.ts'
import { parseCacheScope } from '../../src/stages/build/build.ts'
import { readSource } from '../../src/stages/source/source.ts'
import { buildSource } from '../../pipelines/without-verdict.ts'
import { application, onEngine } from './application.ts'

/** What an application tried, and what its rules are asked about. */
export interface Attack {
  files: Record<string, string>
  /** The kinds of evidence that are collected. */
  kinds: ReadonlyArray<keyof PlatformEvidence>
  policy?: string
}

/** Builds an application that attacks its judge and collects what it is asked for; with many attacks in one session the engine does each thing once. */
export function attacked<T>(work: (attack: (attack: Attack) => Promise<Judge>) => Promise<T>): Promise<T> {
  return onEngine((lock) => work((attack) => collectAfter(attack, lock)))
}

/** The evidence of an attack, and what a rule says of it under the policy that the application has. */
export interface Judge {
  evidence: Partial<PlatformEvidence>
  violations(rule: string): Violation[]
}

async function collectAfter(
  { files, kinds, policy = 'version: 1\ndatabase: {accept: [example, given], maximumAge: 36500d}\n' }: Attack,
  lock: Lock,
): Promise<Judge> {
  const request = {
    directory: dag.host().directory(application({ 'loadline.yaml': policy, ...files })),
    buildSecrets: new Map(),
    cacheScope: parseCacheScope('attacks'),
    lock,
    now: new Date(),
    progress: () => undefined,
  }
  const [source, { built, collectors }] = await Promise.all([readSource(request), buildSource(request)])
  const cells = Object.fromEntries(await Promise.all(kinds.map(async (kind) => [kind, await collectors[kind]()])))
  const evidence = { platforms: [{ archive: built.archive, evidence: cells }] } as unknown as Evidence
  return {
    evidence: cells,
    violations(id) {
      const rule = rules.find((other) => other.id === id)
      if (rule === undefined) throw new Error(`there is no rule ${id}`)
      const missing = rule.needs.filter((kind) => cells[kind]?.status !== 'collected')
      if (missing.length > 0) throw new Error(`${id}: no ${missing.join(', ')}: ${JSON.stringify(cells)}`)
      return rule.judge({ policy: source.policy, evidence, now: request.now, exceptions: [] }).violations
    },
  }
}
