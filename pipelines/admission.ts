import { controllers, type Controller } from '../src/admission/index.ts'
import { DeliveryError } from '../src/model/errors.ts'
import type { Digest } from '../src/model/index.ts'
import { decidePolicy, parseMaximumAge, policyDigest, type PolicyFiles } from '../src/policy/index.ts'
import { manifestForm, type ManifestForm } from '../src/formats/oci/manifest-form.ts'
import type { Identity } from '../src/tools/cosign/identity.ts'
import { version } from '../src/model/version.ts'

/** What a cluster is to admit. */
export interface AdmissionRequest extends PolicyFiles {
  controller: Controller
  /** registry/repository, or a prefix ending in `*`. */
  image: string
  identity: Identity
  /** Name of the object in the cluster; the policy's image name if omitted. */
  name?: string
  /** Source repository that the image must come from. */
  source?: string
  /** Maximum age of the verdict, e.g. `30d`. */
  maximumAge?: string
  /** What is deployed: an index over platforms, or one manifest. If omitted, the form that a release publishes. */
  form?: ManifestForm
  /** Whether verdicts under any policy count: for images of several applications. */
  anyPolicy: boolean
  now: Date
}

/**
 * The policy with which an admission controller admits only what Loadline has released under a policy. YAML. Throws
 * `USAGE` and `POLICY`.
 */
export function admissionPolicy(request: AdmissionRequest): string {
  const { controller, image, identity, source, form } = request
  const { policy } = decidePolicy(request, request.now)
  const digest: Digest = policyDigest(policy)
  const document = controllers[controller]({
    name: nameOf(request.name, policy.image.name),
    image,
    identity,
    // If a release signs in both forms, its attestations are bundles.
    format: policy.signing.format === 'legacy' ? 'legacy' : 'bundle',
    index: manifestForm(form, policy.build.platforms ?? []) === 'index',
    kinds: policy.release.require,
    ...(request.anyPolicy ? {} : { policy: digest }),
    ...(source === undefined ? {} : { source }),
    ...(request.maximumAge === undefined ? {} : { maximumAge: parseMaximumAge(request.maximumAge) }),
  })
  return `# Written by Loadline ${version} from the policy ${digest}. Regenerate it when that changes: "loadline admission ${controller}".\n${document}`
}

/** A name that Kubernetes accepts: at most 63 lower-case letters, digits and dashes. */
function nameOf(given: string | undefined, image: string | undefined): string {
  const name =
    given ??
    (image === undefined ? 'loadline' : `loadline-${image.replace(/[^a-z0-9]+/g, '-')}`.slice(0, 63).replace(/-$/, ''))
  if (/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(name)) return name
  throw new DeliveryError(
    'USAGE',
    `expected a name of at most 63 lower-case letters, digits and dashes, found ${JSON.stringify(name)}`,
    'Write e.g. --name shop-orders.',
  )
}
