import { z } from 'zod'
import { anyOf, isMapping, withoutAdded, type AskedChange } from './change.ts'

const labelName = /^(?:[a-z0-9.-]+\/)?[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/
const name = /^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/

/** "Which requests are refused before they arrive?" */
const firewall = 'alb.ingress.kubernetes.io/wafv2-acl-arn'
const firewallArn = /^arn:aws[a-z-]*:wafv2:[a-z0-9-]+:\d{12}:regional\/webacl\/[\w-]+\/[0-9a-f-]{36}$/

/** "Must a mesh encrypt them?": how the namespace of an application joins one. */
const meshes: ReadonlyMap<string, RegExp> = new Map([
  ['istio-injection', /^enabled$/],
  ['istio.io/rev', labelName],
  ['istio.io/dataplane-mode', /^ambient$/],
  ['linkerd.io/inject', /^(enabled|ingress)$/],
])

/** A list without the elements that were added to it, each with a name of its own. */
function withoutOthers(key: string, mayBe: z.ZodType): AskedChange['undo'] {
  return (generated, existing) => {
    if (!Array.isArray(generated) || !Array.isArray(existing)) return existing
    const known = new Set(generated.map((own: unknown) => (isMapping(own) ? own[key] : undefined)))
    return existing.filter((own: unknown) => !isMapping(own) || known.has(own[key]) || !mayBe.safeParse(own).success)
  }
}

const Rule = z.looseObject({ alert: z.string().min(1), expr: z.string().min(1) })
const Rules = z.strictObject({ name: z.string().min(1), rules: z.array(Rule).min(1), interval: z.string().optional() })
const Panel = z.looseObject({ id: z.int(), title: z.string(), type: z.string() })

/** "kustomize edit set image NAME=NAME@DIGEST" also writes the name that the image keeps. */
function keptName(generated: unknown, existing: unknown): unknown {
  if (!isMapping(generated) || !isMapping(existing) || Object.hasOwn(generated, 'newName')) return existing
  const { newName, ...others } = existing
  return newName === generated['name'] ? others : existing
}

const SecretStore = z.enum(['SecretStore', 'ClusterSecretStore'])
const Subnets = z
  .array(z.string().regex(/^subnet-[0-9a-f]{8,17}$/))
  .min(2)
  .max(16)
const SecurityGroups = z
  .array(z.string().regex(/^sg-[0-9a-f]{8,17}$/))
  .min(1)
  .max(5)

/** One of each, and as many as there may be. */
const several = (list: z.ZodType<string[]>) =>
  anyOf((existing) => {
    const { success, data } = list.safeParse(existing)
    return success && new Set(data).size === data.length
  })

/** "An exception needs a reason, an owner and an expiry date." What it may allow, the gate judges. */
const Exceptions = z.strictObject({
  register: z.array(
    z.looseObject({ rule: z.string(), reason: z.string().min(1), owner: z.string().min(1), expires: z.string() }),
  ),
})

export const askedOfObjects: readonly AskedChange[] = [
  {
    file: /\/base\/ingress\.yaml$/,
    at: /^\/0\/metadata\/annotations$/,
    undo: withoutAdded((key, value) => key === firewall && typeof value === 'string' && firewallArn.test(value)),
  },
  {
    file: /\/namespace\.yaml$/,
    at: /^\/0\/metadata(\/labels)?$/,
    undo: withoutAdded((key, value) => joinsMesh(key, value) || (key === 'annotations' && joinsMeshes(value))),
  },
  // The operator of Prometheus takes what has the labels that it looks for.
  {
    file: /\/(service-monitor|prometheus-rule)\.yaml$/,
    at: /^\/0\/metadata\/labels$/,
    undo: withoutAdded((key, value) => labelName.test(key) && typeof value === 'string'),
  },
  // "Alerts on errors and latency are yours to add."
  { file: /\/prometheus-rule\.yaml$/, at: /^\/0\/spec\/groups$/, undo: withoutOthers('name', Rules) },
  { file: /\/prometheus-rule\.yaml$/, at: /^\/0\/spec\/groups\/\d+\/rules$/, undo: withoutOthers('alert', Rule) },
  { file: /\/base\/dashboard\.json$/, at: /^\/0\/panels$/, undo: withoutOthers('id', Panel) },
  {
    file: /\/external-secrets\.yaml$/,
    at: /^\/\d+\/spec\/secretStoreRef\/kind$/,
    undo: anyOf((kind) => SecretStore.safeParse(kind).success),
  },
  { file: /\/kustomization\.yaml$/, at: /^\/0\/images\/\d+$/, undo: keptName },
  { file: /\/ecs\/service\.json$/, at: /\/awsvpcConfiguration\/subnets$/, undo: several(Subnets) },
  { file: /\/ecs\/service\.json$/, at: /\/awsvpcConfiguration\/securityGroups$/, undo: several(SecurityGroups) },
  {
    file: /(^|\/)loadline\.yaml$/,
    at: /^\/0$/,
    undo: withoutAdded((key, value) => key === 'exceptions' && Exceptions.safeParse(value).success),
  },
]

function joinsMesh(key: string, value: unknown): boolean {
  return typeof value === 'string' && meshes.get(key)?.test(value) === true
}

function joinsMeshes(annotations: unknown): boolean {
  return isMapping(annotations) && Object.entries(annotations).every(([key, value]) => joinsMesh(key, value))
}

/** A revision of Cloud Run that has a name, for which traffic can be asked. */
function namedRevision(generated: unknown, existing: unknown): unknown {
  if (!isMapping(generated) || !isMapping(existing) || !isMapping(generated['labels'])) return existing
  const { name: own, ...others } = existing
  const service = String(generated['labels']['application'])
  return typeof own === 'string' && own.startsWith(`${service}-`) && name.test(own) ? others : existing
}

const Share = z.strictObject({ percent: z.int().min(0).max(100), tag: z.string().regex(name).optional() })
const Traffic = z
  .array(
    z.union([
      Share.extend({ latestRevision: z.literal(true) }),
      Share.extend({ revisionName: z.string().regex(name), latestRevision: z.literal(false).optional() }),
    ]),
  )
  .refine((shares) => shares.reduce((all, { percent }) => all + percent, 0) === 100)

export const askedOfCloudRun: readonly AskedChange[] = [
  // "Give the revision a share of the traffic first. To go back, give the traffic to the earlier revision."
  {
    file: /\/cloud-run\/service\.yaml$/,
    at: /^\/0\/spec\/traffic$/,
    undo: anyOf((own) => Traffic.safeParse(own).success),
  },
  { file: /\/cloud-run\/service\.yaml$/, at: /^\/0\/spec\/template\/metadata$/, undo: namedRevision },
  // "Rotate it in the store": a secret is taken in a pinned version, and that is a number.
  {
    file: /\/cloud-run\/service\.yaml$/,
    at: /\/(secretKeyRef|secret\/items\/\d+)\/key$/,
    undo: anyOf((version) => typeof version === 'string' && /^[1-9]\d{0,8}$/.test(version)),
  },
]
