import { z } from 'zod'
import { Exception, Policy } from './schema.ts'

const sections = Policy.shape

/** The policies shipped with Loadline, which a policy file can extend. */
export const shippedPolicyNames = ['default', 'strict', 'advisory'] as const
export type ShippedPolicyName = (typeof shippedPolicyNames)[number]

/** The text of a policy file, and the path that its errors name. */
export interface PolicyText {
  path: string
  text: string
}

/** Name of the application's policy file at the root of its source. */
export const policyName = 'loadline.yaml'

/** The contents of `loadline.yaml`: the version, and otherwise only what differs from the policy that it extends. */
export const PolicyFile = z.strictObject({
  version: sections.version.describe('Version of this format. Always 1.'),
  extends: z
    .enum(shippedPolicyNames)
    .optional()
    .describe('The shipped policy that this file extends. Default: default.'),
  image: sections.image.partial().optional().describe('What the image is.'),
  build: sections.build.partial().optional().describe('How it is built.'),
  lint: sections.lint.partial().optional().describe('What the Dockerfile linter may report.'),
  vulnerabilities: sections.vulnerabilities
    .extend({
      knownExploited: sections.vulnerabilities.shape.knownExploited.partial(),
      exploitPrediction: sections.vulnerabilities.shape.exploitPrediction.partial(),
    })
    .partial()
    .optional()
    .describe('How many published vulnerabilities are allowed, by severity, on each platform.'),
  secrets: sections.secrets.partial().optional().describe('Credentials found in the files of the image.'),
  licenses: sections.licenses.partial().optional().describe('Licences that must not be shipped.'),
  structure: sections.structure.partial().optional().describe('Structure tests.'),
  size: sections.size.partial().optional().describe('Size budget.'),
  runtime: sections.runtime.partial().optional().describe('How the image is run, and what it may need.'),
  configuration: sections.configuration
    .partial()
    .optional()
    .describe('How the image is configured, and what its files reveal.'),
  base: sections.base.partial().optional().describe('What the image is built on.'),
  database: sections.database.partial().optional().describe('Which vulnerability database is accepted.'),
  signing: sections.signing.partial().optional().describe('How a passed image is signed, and who may learn of it.'),
  inventory: sections.inventory.partial().optional().describe('The list of packages.'),
  release: sections.release.partial().optional().describe('What a release must carry.'),
  rules: sections.rules.optional().describe('How individual rules act. A rule that is not named rejects.'),
  baseline: sections.baseline
    .partial()
    .optional()
    .describe('Whether an earlier verdict may make findings count as known.'),
  exceptions: sections.exceptions
    .extend({ register: z.array(Exception) })
    .partial()
    .optional()
    .describe('The exception register.'),
  suppressions: sections.suppressions
    .partial()
    .optional()
    .describe("Other tools' ignore files to honour. A file that is not named here is not read."),
  audit: sections.audit.describe('What loadline audit ignores.'),
})
export type PolicyFile = z.infer<typeof PolicyFile>
