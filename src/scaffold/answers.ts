import { z } from 'zod'
import { DeliveryError } from '../model/errors.ts'
import { Measured } from './measured.ts'
import { Replaced } from './replaced.ts'
import { holdsPassword, isNamedSecret } from './settings/secret-names.ts'

/** Where the application is going to run. */
export const targetNames = ['kubernetes', 'compose', 'ecs', 'cloud-run'] as const
export type TargetName = (typeof targetNames)[number]

/** Which rules the organisation is held to. */
export const complianceNames = ['hipaa', 'pci-dss', 'soc2', 'internal'] as const
export type ComplianceName = (typeof complianceNames)[number]

/** Whose Kubernetes it is, where that changes the objects. */
export const clusterNames = ['eks', 'other'] as const
export type ClusterName = (typeof clusterNames)[number]

/** How pods on EKS get the credentials of a role. */
export const identityNames = ['pod-identity', 'irsa'] as const
export type IdentityName = (typeof identityNames)[number]

/** A language with the tool that locks its dependencies. */
export const stackNames = [
  'python-pip',
  'python-poetry',
  'python-uv',
  'node-npm',
  'node-pnpm',
  'node-yarn',
  'go',
  'java-maven',
  'java-gradle',
  'rust',
] as const
export type StackName = (typeof stackNames)[number]

const httpPath = z.string().regex(/^\/[A-Za-z0-9._~/-]*$/, 'a path that starts with a slash, e.g. /health')

const relativePath = z
  .string()
  .regex(
    /^(?!\/)(?!.*(^|\/)\.\.?(\/|$))[\p{L}\p{N}._@+ /-]*$/u,
    'a path below the source, with slashes and without ".."',
  )

const variable = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'names of environment variables')

const once = <T>(names: readonly T[]) => new Set(names).size === names.length

/** What a person decides; all else is read from the source. */
export const Answers = z.strictObject({
  targets: z
    .array(z.enum(targetNames, `one of ${targetNames.join(', ')}`))
    .min(1, `at least one of ${targetNames.join(', ')}`)
    .refine(once, 'each target once'),
  compliance: z
    .array(z.enum(complianceNames, `one of ${complianceNames.join(', ')}`))
    .min(1, `at least one of ${complianceNames.join(', ')}`)
    .refine(once, 'each regime once'),
  /** Folder of the application below the source; empty if the source is the application. */
  path: relativePath.default(''),
  /** The stack, if the source has signs of several. */
  stack: z.enum(stackNames, `one of ${stackNames.join(', ')}`).optional(),
  /** Names the image, the Kubernetes objects and the ECS family. */
  name: z
    .string()
    .regex(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/, 'lower-case letters, digits and single dashes, e.g. orders')
    .max(40, 'at most 40 characters')
    .optional(),
  /** Registry and repository of the image, without tag. */
  image: z
    .string()
    .regex(
      /^[a-z0-9.-]+(:\d+)?(\/[a-z0-9]+(?:[._-]+[a-z0-9]+)*)+$/,
      'registry/repository without tag, e.g. registry.example.com/shop/orders',
    )
    .optional(),
  /** Address of the source's repository, for the image's labels. */
  repository: z
    .url({ protocol: /^https?$/, error: 'an http or https address' })
    .refine(
      (address) => publicAddress(address) === address,
      'an address without user, password and query, because everybody who has the image can read its labels',
    )
    .optional(),
  port: z
    .int('a whole number')
    .min(1024, 'a port from 1024 to 65535: lower ones need a privilege')
    .max(65_535, 'a port from 1024 to 65535')
    .optional(),
  /** Answers 200 while the process can work at all; "tcp" if it speaks no HTTP: then a connection must suffice. */
  health: z.union([z.literal('tcp'), httpPath], 'a path that starts with a slash, e.g. /health, or tcp').optional(),
  /** Answers 200 while the process can serve; the health path if omitted. */
  ready: httpPath.optional(),
  /** What starts: a module (Python), a file (Node), a package folder (Go), a class (Java), a binary (Rust). */
  entry: z
    .string()
    .regex(/^[A-Za-z0-9_.:/@-]+$/, 'a module, file, package, class or binary')
    .optional(),
  /** Whose cluster it runs in; EKS if the code has a client of AWS. */
  cluster: z.enum(clusterNames, `one of ${clusterNames.join(', ')}`).optional(),
  /** How its pods get a role of AWS there. */
  identity: z.enum(identityNames, `one of ${identityNames.join(', ')}`).optional(),
  /** The name under which it is reached from outside; nobody reaches it if omitted. */
  host: z
    .string()
    .regex(
      /^(?=.{4,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)+$/,
      'a name of the DNS in lower case, e.g. orders.example.com',
    )
    .optional(),
  /** Mounts the package manager's credentials into the build as a secret, even if no file requires it. */
  privateRegistry: z.boolean().default(false),
  /** What a run of the image has measured; resources are those of the runtime without it. */
  measured: Measured.optional(),
  /** What was there before the scaffold's files took its place. */
  replaced: Replaced.optional(),
  /** Values of environment variables that the code does not say; null for those that are still open. */
  settings: z
    .record(variable, z.union([z.string(), z.number(), z.boolean()]).nullable(), 'names and values')
    .transform((given) =>
      Object.fromEntries(Object.entries(given).map(([name, value]) => [name, value === null ? null : String(value)])),
    )
    .default({}),
  /** Further environment variables whose values are secrets: the platform's store has them, and no file here. */
  secrets: z.array(variable).refine(once, 'each name once').optional(),
  /** Environment variables that the code seems to need, and that this deployment does without. */
  unneeded: z.array(variable).refine(once, 'each name once').optional(),
})
export type Answers = z.infer<typeof Answers>

/** An address without user, password, query and fragment; as it is if it is no address. */
export function publicAddress(address: string): string {
  return address.replace(/^(\w+:\/\/)[^/?#]*@/, '$1').replace(/[?#].*/s, '')
}

/** Checks answers from outside. Throws `USAGE` with everything that is wrong. */
export function parseAnswers(given: unknown): Answers {
  const parsed = Answers.safeParse(given)
  if (parsed.success) {
    refuseSecrets(parsed.data)
    return parsed.data
  }
  const faults = parsed.error.issues.map(
    ({ path, message }) => `${path[0] === undefined ? '' : `${String(path[0])}: `}expected ${message}`,
  )
  throw new DeliveryError(
    'USAGE',
    `the answers for the scaffold are not valid: ${faults.join('; ')}`,
    'Correct the option of the same name; "loadline scaffold --help" lists them.',
  )
}

/** Values under "settings" stand in clear text in the deployment's files. Throws `USAGE` if one is a secret. */
function refuseSecrets({ settings, secrets = [] }: Answers): void {
  const found = Object.entries(settings).flatMap(([name, value]) =>
    value !== null && (secrets.includes(name) || isNamedSecret(name, value) || holdsPassword(value)) ? [name] : [],
  )
  if (found.length === 0) return
  throw new DeliveryError(
    'USAGE',
    `expected no secret under "settings" of the scaffold's answers, found ${found.join(', ')}: by its name or by the password in its value, and every value there stands in clear text in the files of the deployment`,
    `Take the value out of "settings" in deploy/scaffold.yaml, put the name under "secrets" there (secrets: [${found.join(', ')}]), and the value into the secret store of the platform: deploy/settings.md then names its key. If the value was committed, replace it.`,
  )
}
