import type { RuleId } from '../../policy/rule-ids.ts'

/** What a run must prove for a requirement. Everything named must hold. */
export interface Proof {
  /** Rules of the gate that passed without an exception. */
  rules?: readonly RuleId[]
  /** Files of the report directory. */
  files?: readonly string[]
  /** What a release must have been: signed and verified, or attested. */
  release?: readonly ('signature' | 'attestations')[]
}

/** A requirement of a framework, in our own words: what a run can prove of it, or why no pipeline can. */
export interface Requirement {
  id: string
  title: string
  proof: Proof | { outside: string }
}

export interface Framework {
  name: string
  requirements: readonly Requirement[]
}
