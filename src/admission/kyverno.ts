import { stringify } from 'yaml'
import { DeliveryError } from '../model/errors.ts'
import { verifyingBy, type Identity } from '../tools/cosign/identity.ts'
import {
  certificateIdentity,
  demandsOf,
  imagePatterns,
  type Admission,
  type Condition,
  type Demand,
} from './demands.ts'

/** The release of Kyverno with which this kind of policy was tested. */
export const kyvernoVersion = '1.19.1'

/**
 * A Kyverno ImageValidatingPolicy. Throws `USAGE` if Kyverno cannot verify what a release publishes: in the older
 * format it reads no attestation without a log entry (its issue 17109).
 */
export function kyvernoPolicy(admission: Admission): string {
  if (admission.format === 'legacy') {
    throw new DeliveryError(
      'USAGE',
      `Kyverno ${kyvernoVersion} cannot verify attestations in the older signature format, but the policy says signing.format: legacy`,
      'Release with signing.format: bundle (or both).',
    )
  }
  const demands = demandsOf(admission)
  return stringify(
    {
      apiVersion: 'policies.kyverno.io/v1',
      kind: 'ImageValidatingPolicy',
      metadata: { name: admission.name, labels: { 'app.kubernetes.io/managed-by': 'loadline' } },
      spec: {
        validationActions: ['Deny'],
        // Evidence that cannot be fetched is not evidence.
        failurePolicy: 'Fail',
        webhookConfiguration: { timeoutSeconds: 30 },
        matchConstraints: {
          resourceRules: [
            { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE'], resources: ['pods'] },
          ],
        },
        matchImageReferences: imagePatterns(admission.image).map((glob) => ({ glob })),
        validationConfigurations: { mutateDigest: true, verifyDigest: true, required: true },
        attestors: [{ name: 'loadline', cosign: attestor(admission.identity) }],
        attestations: demands.map(({ kind, predicateType }) => ({ name: kind, intoto: { type: predicateType } })),
        variables: [
          { name: 'checked', expression: 'images.containers + images.initContainers + images.ephemeralContainers' },
        ],
        validations: demands.flatMap(validations),
      },
    },
    { lineWidth: 0, aliasDuplicateObjects: false },
  )
}

function attestor(identity: Identity): Record<string, unknown> {
  if (identity.kind === 'key') return { key: { data: identity.publicKey }, ctlog: { insecureIgnoreTlog: true } }
  const { log, certificateLog } = verifyingBy(identity, 'bundle', '')
  return {
    keyless: { identities: [certificateIdentity(identity)] },
    ctlog: { insecureIgnoreTlog: !log, insecureIgnoreSCT: !certificateLog },
    ...(identity.trustedRoot === undefined ? {} : { trustedRoot: { value: identity.trustedRoot } }),
  }
}

function validations({ kind, predicateType, conditions }: Demand): Array<{ message: string; expression: string }> {
  return [
    {
      message:
        kind === 'signature'
          ? 'Loadline: expected a signature by the trusted signer'
          : `Loadline: expected an attestation of type ${predicateType} by the trusted signer`,
      expression: `variables.checked.all(image, verifyAttestationSignatures(image, attestations.${kind}, [attestors.loadline]) > 0)`,
    },
    ...conditions.map((condition) => ({
      message: `Loadline: expected ${condition.wanted}`,
      expression: `variables.checked.all(image, ${holds(`extractPayload(image, attestations.${kind}).predicate`, condition)})`,
    })),
  ]
}

/** A condition in the Common Expression Language. A missing field is an error, which denies. */
function holds(predicate: string, condition: Condition): string {
  if ('list' in condition) {
    // A missing member would be an error with an unhelpful message: here it means an entry of a different kind.
    return `${at(predicate, condition.list)}.exists(entry, has(entry.name) && entry.name == ${text(condition.named)} && has(entry.${condition.member}) && entry.${condition.member}.startsWith(${text(condition.startsWith)}))`
  }
  const value = at(predicate, condition.field)
  if ('equals' in condition) return `${value} == ${text(condition.equals)}`
  if ('differs' in condition) return `${value} != ${text(condition.differs)}`
  if ('startsWith' in condition) return `${value}.startsWith(${text(condition.startsWith)})`
  return `time.now() - timestamp(${value}) <= duration("${condition.within / 1000}s")`
}

function at(predicate: string, field: readonly string[]): string {
  return [predicate, ...field].join('.')
}

/** A JSON string is also a string in this language. */
function text(value: string): string {
  return JSON.stringify(value)
}
