import { admissionPolicy } from '../../pipelines/admission.ts'
import { controllers, type Controller } from '../../src/admission/index.ts'
import type { ManifestForm } from '../../src/formats/oci/manifest-form.ts'
import { readIdentity, type IdentityOptions } from '../run/given-identity.ts'
import { policyFilesHere, type PolicyOptions } from '../run/files/given-file.ts'
import { command } from './command.ts'
import { choice, required, single, toggle } from './flag.ts'
import { identityFlags, policyHereFlags } from './option-groups.ts'

/** Controllers read no claims of a certificate. */
const { certificateClaim: _, ...signerFlags } = identityFlags

interface AdmissionOptions extends Omit<IdentityOptions, 'certificateClaim'>, PolicyOptions {
  image: string
  name?: string
  source?: string
  maximumAge?: string
  consumer?: ManifestForm
  anyPolicy: boolean
}

/**
 * `loadline admission CONTROLLER`: prints the policy with which an admission controller admits only what the given
 * policy lets pass. Needs no engine.
 */
export const make = command<AdmissionOptions, [controller: Controller]>({
  operands: [
    { spelling: '<controller>', description: 'admission controller to write for', choices: Object.keys(controllers) },
  ],
  flags: {
    image: required(single('images', 'registry/repository of the images, or a prefix ending in *')),
    ...policyHereFlags,
    ...signerFlags,
    source: single('url', 'source repository that the images must come from'),
    maximumAge: single('age', 'maximum age of the verdict, e.g. 30d (default: any age)'),
    consumer: choice(
      'form',
      ['index', 'single'],
      'form of the deployed image (default: the form that a release under this policy publishes)',
    ),
    anyPolicy: toggle('accept verdicts under any policy: for images of several applications'),
    name: single('name', "name of the object in the cluster (default: the policy's image name)"),
  },
  more: `Example:
  loadline admission kyverno --image registry.example.com/acme/shop --key cosign.pub --maximum-age 30d | kubectl apply -f -`,
  run: admission,
})

async function admission(options: AdmissionOptions, controller: Controller): Promise<number> {
  const { image, name, source, maximumAge, consumer, anyPolicy } = options
  process.stdout.write(
    admissionPolicy({
      controller,
      image,
      identity: await readIdentity(options),
      ...(await policyFilesHere(options)),
      anyPolicy,
      now: new Date(),
      ...(name === undefined ? {} : { name }),
      ...(source === undefined ? {} : { source }),
      ...(maximumAge === undefined ? {} : { maximumAge }),
      ...(consumer === undefined ? {} : { form: consumer }),
    }),
  )
  return 0
}
