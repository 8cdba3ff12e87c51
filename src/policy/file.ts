import { z } from 'zod'
import { Exception, Policy } from './schema.ts'

const sections = Policy.shape

/** The policies that come with Loadline and that a policy file can build on. */
export const shippedPolicyNames = ['default', 'strict', 'advisory'] as const
export type ShippedPolicyName = (typeof shippedPolicyNames)[number]

/** The text of a policy file, and the path that its errors name. */
export interface PolicyText {
  path: string
  text: string
}

/** What a person writes into `loadline.yaml`: the version, and of everything else only what differs from the policy that it extends. */
export const PolicyFile = z.strictObject({
  version: sections.version.describe('Version of this format. Always 1.'),
  extends: z
    .enum(shippedPolicyNames)
    .optional()
    .describe('The shipped policy from which this file differs. Default: default.'),
  image: sections.image.partial().optional().describe('What the image is.'),
  build: sections.build.partial().optional().describe('How it is built.'),
  lint: sections.lint.partial().optional().describe('What the Dockerfile linter may say.'),
  vulnerabilities: sections.vulnerabilities
    .extend({
      knownExploited: sections.vulnerabilities.shape.knownExploited.partial(),
      exploitPrediction: sections.vulnerabilities.shape.exploitPrediction.partial(),
    })
    .partial()
    .optional()
    .describe('How many published vulnerabilities are allowed, by severity, on each platform.'),
  secrets: sections.secrets.partial().optional().describe('Credentials found in the files of the image.'),
  licenses: sections.licenses.partial().optional().describe('Licences that may not be shipped.'),
  structure: sections.structure.partial().optional().describe('Structure tests.'),
  size: sections.size.partial().optional().describe('Size budget.'),
  runtime: sections.runtime.partial().optional().describe('How the image is run, and what it may need.'),
  configuration: sections.configuration
    .partial()
    .optional()
    .describe('How the image is configured, and what its files show.'),
  base: sections.base.partial().optional().describe('What the image is built on.'),
  database: sections.database.partial().optional().describe('Which vulnerability database counts.'),
  signing: sections.signing.partial().optional().describe('How a passed image is signed, and who may learn of it.'),
  inventory: sections.inventory.partial().optional().describe('The list of packages.'),
  release: sections.release.partial().optional().describe('What a release must carry.'),
  rules: sections.rules.optional().describe('How single rules act. A rule that is not named denies.'),
  baseline: sections.baseline.partial().optional().describe('Whether an earlier verdict may make findings known ones.'),
  exceptions: sections.exceptions
    .extend({ register: z.array(Exception) })
    .partial()
    .optional()
    .describe('The exception register.'),
  suppressions: sections.suppressions
    .partial()
    .optional()
    .describe('Ignore files of other tools that are honoured. A file that is not named here is not read.'),
  audit: sections.audit.describe('What loadline audit leaves out.'),
})
export type PolicyFile = z.infer<typeof PolicyFile>
