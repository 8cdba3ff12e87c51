import type { Admission } from './demands.ts'
import { kyvernoPolicy } from './kyverno.ts'
import { policyControllerPolicy } from './policy-controller.ts'

export { demandsOf, type Admission } from './demands.ts'
export { kyvernoPolicy, kyvernoVersion } from './kyverno.ts'
export { policyControllerVersion } from './policy-controller.ts'

/** The supported admission controllers. */
export const controllers = {
  kyverno: kyvernoPolicy,
  'policy-controller': policyControllerPolicy,
} as const satisfies Record<string, (admission: Admission) => string>
export type Controller = keyof typeof controllers
