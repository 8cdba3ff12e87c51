import { admissionPolicy } from '../../pipelines/admission.ts'
import type { Controller } from '../../src/admission/index.ts'
import type { ManifestForm } from '../../src/stages/publish/layout.ts'
import { policyFiles, type PolicyOptions } from './policy.ts'
import { readIdentity, type IdentityOptions } from './verify.ts'

/** The options of `loadline admission`. */
export interface AdmissionOptions extends IdentityOptions, PolicyOptions {
  image: string
  name?: string
  source?: string
  maximumAge?: string
  consumer?: ManifestForm
  anyPolicy: boolean
}

/** `loadline admission CONTROLLER`: prints the policy by which an admission controller admits what the policy at hand lets pass. Needs no engine. */
export async function admission(controller: Controller, options: AdmissionOptions): Promise<number> {
  const { image, name, source, maximumAge, consumer, anyPolicy } = options
  process.stdout.write(
    admissionPolicy({
      controller,
      image,
      identity: await readIdentity(options),
      ...(await policyFiles(options)),
      anyPolicy,
      now: new Date(),
      ...(name === undefined ? {} : { name }),
      ...(source === undefined ? {} : { source }),
      ...(maximumAge === undefined ? {} : { maximumAge }),
      ...(consumer === undefined ? {} : { consumer }),
    }),
  )
  return 0
}
