import { z } from 'zod'
import { BaselineSigner } from './baseline-signer.ts'
import { buildChecks } from './build-checks.ts'
import { attestationKinds, Digest, NotAffected, Origin, parsePackageUrl, Platform, severities } from '../model/index.ts'
import { buildSection } from './build-section.ts'
import { controlIds } from './control-ids.ts'
import { sizeBudgets } from './fixed-numbers.ts'
import { exploitPredictionSection, knownExploitedSection } from './exploitation.ts'
import { isLicenseId } from './license-expression.ts'
import { ownerKinds, ruleIds, rulesWithBaseline } from './rule-ids.ts'
import { bytesPattern, parseBytes } from '../model/units.ts'
import { duration, sourcePath } from './written-values.ts'

const budgets = `interpreted ${sizeBudgets.interpreted}, compiled ${sizeBudgets.compiled}`

const limit = z
  .union([z.int().min(0), z.literal('unlimited')], { error: 'a whole number, 0 or more, or "unlimited"' })
  .describe('How many findings are allowed: a whole number, 0 or more, or "unlimited".')

// Every message in this file completes the sentence "expected ...".

const bytes = z
  .string('a size with its unit, e.g. "100 MB" (1 MB is 1,000,000 bytes) or "96 MiB"')
  .regex(bytesPattern, 'a size with its unit, e.g. "100 MB" (1 MB is 1,000,000 bytes) or "96 MiB"')
  .describe('A size with its unit, e.g. "100 MB" (1 MB is 1,000,000 bytes).')

/** A size limit: one that rejects, or one that warns and one that rejects. */
const byteLimit = z
  .union(
    [
      bytes,
      z
        .strictObject({ warn: bytes.optional(), deny: bytes.optional() })
        .refine(({ warn, deny }) => warn !== undefined || deny !== undefined, 'warn, deny or both')
        .refine(({ warn, deny }) => warn === undefined || deny === undefined || parseBytes(warn) <= parseBytes(deny), {
          path: ['warn'],
          message: 'a size that is not above deny',
        }),
    ],
    {
      error:
        'a size with its unit, e.g. "100 MB" (1 MB is 1,000,000 bytes) or "96 MiB", or { warn: 80 MB, deny: 100 MB }',
    },
  )
  .describe('A maximum size, e.g. "100 MB", above which the image is rejected; or warn, deny or both.')
export type ByteLimit = z.infer<typeof byteLimit>

/** A path inside the image. */
const absolutePath = z
  .string()
  .regex(/^(\/(?!\.{1,2}(\/|$))[^/\\\p{Cc}]+)+$/u, 'an absolute path without "..", e.g. /tmp')

function seconds(most: number): z.ZodNumber {
  const wanted = `seconds, from 1 to ${most}`
  return z.number(wanted).min(1, wanted).max(most, wanted)
}

const port = z.int('a port, from 1 to 65535').min(1, 'a port, from 1 to 65535').max(65535, 'a port, from 1 to 65535')

const environment = z.record(
  z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'the name of an environment variable: letters, digits and underscores'),
  z.string(),
)

const probe = z
  .union(
    [
      z.literal('healthcheck'),
      z.strictObject({
        http: z.strictObject({ port, path: z.string().regex(/^\/[^\s\p{Cc}]*$/u, 'a path that starts with a slash') }),
      }),
      z.strictObject({ tcp: z.strictObject({ port }) }),
    ],
    {
      error: 'healthcheck, or { http: { port: 8080, path: /health } }, or { tcp: { port: 8080 } }',
    },
  )
  .describe(
    'How to check whether the image is ready: its own HEALTHCHECK, an HTTP status below 400, or a port that accepts connections.',
  )

/** A service that the image needs in order to become ready, e.g. a database. */
export const RuntimeService = z.strictObject({
  image: z
    .string()
    .regex(
      /^[a-z0-9.-]+(:\d+)?(\/[a-z0-9._-]+)+:[A-Za-z0-9_][A-Za-z0-9._-]*$/,
      'a fully spelled reference with tag, e.g. docker.io/library/postgres:15',
    )
    .describe('Its image, fully spelled. The lock file pins it, like bases.'),
  ports: z.array(port).min(1).describe('Ports on which it can be reached, under its name.'),
  environment: environment.optional().describe('Its environment. No production credentials: this file is not secret.'),
  arguments: z.array(z.string()).min(1).optional().describe('Replaces the CMD of its image.'),
})
export type RuntimeService = z.infer<typeof RuntimeService>

const day = z.iso.date('a date, e.g. 2027-01-31').describe('A date, UTC, e.g. 2027-01-31.')

const sentence = z.string('a reason, in at least ten characters').trim().min(10, 'a reason, in at least ten characters')

/** A registry (its name has a dot or a port), then the repository; the last part may be a star. An entry that could never match is refused: one with a tag, or a name without a registry. */
const repositoryPattern =
  /^(localhost|[a-z0-9-]+(\.[a-z0-9-]+)+|[a-z0-9-]+(?=:))(:\d+)?(\/[a-z0-9._-]+)*\/(\*|[a-z0-9._-]+)$/

const withoutWildcards = /^[^*?]+$/

const ruleId = z.enum(ruleIds)

/** An empty list would make its rule accept everything, without the reason that a non-rejecting rule requires. */
const emptyList = (rule: (typeof ruleIds)[number]) =>
  `at least one entry; to require none, turn the rule off with a reason, in rules.${rule}`

/** Thresholds per severity: the maximum number of findings that still passes. */
const thresholds = z.strictObject(
  Object.fromEntries(severities.map((severity) => [severity, limit])) as Record<
    (typeof severities)[number],
    typeof limit
  >,
)

const ownThresholds = thresholds.partial().optional()

/** Why a risk is accepted, by whom and until when: common to every exception, wherever it is written. */
const acceptance = {
  reason: sentence.describe('Why the risk is accepted.'),
  owner: z
    .string('a team or a mail address')
    .trim()
    .min(3, 'a team or a mail address')
    .describe('Who is responsible for it: a team or an email address.'),
  ticket: z.string().trim().min(1).optional().describe('Where it is tracked.'),
  created: day.optional().describe('Date on which it was accepted, UTC. Not in the future.'),
  expires: day.describe('Last day on which it applies, inclusive, UTC.'),
  compensatingControl: z.string().trim().min(1).optional().describe('The compensating control in the meantime.'),
}

const imageName = z
  .string()
  .regex(/^[a-z0-9]+([._/-][a-z0-9]+)*$/, 'lower-case letters, digits and separators, e.g. shop/orders')

/** An exception to one rule, for one finding, for a limited time. Everything that narrows it must match. */
export const Exception = z.strictObject({
  rule: z
    .enum([...ruleIds, ...controlIds])
    .describe('ID of the gate rule, e.g. vulnerabilities, or of the audit control, e.g. cis-5.13.'),
  id: z
    .string('the id of one violation')
    .min(1, 'the id of one violation')
    .regex(withoutWildcards, 'the id of one violation: wildcards are refused, an exception names one finding')
    .describe('ID of the violation as the report prints it, e.g. CVE-2024-1234, DL3008 or /usr/bin/su.'),
  subject: z
    .string()
    .min(1, 'text, or no key at all')
    .regex(withoutWildcards, 'one subject: wildcards are refused')
    .optional()
    .describe('Narrows the exception to the subject that the report prints, e.g. Dockerfile:12.'),
  platform: Platform.optional().describe('Narrows the exception to one platform.'),
  image: imageName
    .optional()
    .describe('Narrows the exception to the image with this name: for a register shared by several images.'),
  digest: Digest.optional().describe(
    "Narrows the exception to these bytes: the digest of one platform's image, as the report prints it.",
  ),
  path: z
    .string()
    .min(1, 'text, or no key at all')
    .regex(withoutWildcards, 'one path: wildcards are refused')
    .optional()
    .describe('Narrows the exception to one file, inside the image or in the source, exactly as the report prints it.'),
  package: z
    .string()
    .refine(
      (text) => !text.includes('*') && parsePackageUrl(text) !== undefined,
      'a package URL without wildcards, e.g. pkg:deb/debian/libssl3 or pkg:pypi/jinja2@3.1.2',
    )
    .optional()
    .describe(
      'Narrows the exception to one package: a package URL. Without a version it matches every version; omitted qualifiers match any value.',
    ),
  ...acceptance,
  vex: NotAffected.optional().describe(
    'What vex.openvex.json says about it. Default: affected, with the action taken.',
  ),
})
export type Exception = z.infer<typeof Exception>

/** An exception as the gate sees it: `origin` names the file that it was taken from, and is absent for one in the policy itself. */
export const RegisterEntry = Exception.extend({ origin: Origin.optional() })
export type RegisterEntry = z.infer<typeof RegisterEntry>

/** Another tool's ignore file to honour. This entry supplies what the file lacks: each exception has a reason, an owner and an expiry date. */
export const Suppression = z.strictObject({
  file: sourcePath.describe('Path of the file, relative to the source.'),
  ...acceptance,
})
export type Suppression = z.infer<typeof Suppression>

/** How a rule acts. */
export const RuleSetting = z
  .strictObject({
    level: z
      .enum(['deny', 'warn', 'off'])
      .describe('deny rejects the image, warn only reports, off does not judge (and every report says so).'),
    owners: z
      .partialRecord(z.enum(ownerKinds), z.enum(['deny', 'warn']))
      .optional()
      .describe(
        'Levels by owner: base is what the base image added, application what the shipped stages of the Dockerfile added, build what is in any other stage. A finding whose owner is unknown rejects if level or one of these does.',
      ),
    reason: sentence.optional().describe('Required for warn and off, for an owner too.'),
    effectiveFrom: day
      .optional()
      .describe('Until the day before, deny only warns. At most exceptions.maximumDays away.'),
  })
  .refine(
    (setting) =>
      (setting.level === 'deny' && !Object.values(setting.owners ?? {}).includes('warn')) ||
      setting.reason !== undefined,
    { path: ['reason'], message: 'a reason, in at least ten characters: the rule does not reject' },
  )
export type RuleSetting = z.infer<typeof RuleSetting>

/** A file or directory that the audit ignores. */
const ignoredPath = z.strictObject({
  path: sourcePath
    .regex(withoutWildcards, 'one file or directory: wildcards are refused')
    .describe('A file, or a directory with everything below it, relative to the audited directory.'),
  reason: sentence.describe('Why none of it is deployed.'),
})

/** A policy with every value resolved. */
export const Policy = z.strictObject({
  version: z.literal(1),
  image: z.strictObject({
    name: imageName.optional(),
    class: z.enum(['interpreted', 'compiled']).describe(`Sets the default size budget: ${budgets}, unpacked.`),
  }),
  build: buildSection,
  lint: z.strictObject({
    failOn: z.enum(['error', 'warning', 'info', 'style']).describe('The lowest level that rejects.'),
    pragmas: z
      .enum(['deny', 'report'])
      .describe(
        "Whether comments may silence the linter (`# hadolint ignore=`) and BuildKit's checks (`# check=skip=`).",
      ),
    unread: z
      .enum(['deny', 'report'])
      .describe('What happens to a Dockerfile that BuildKit builds but hadolint cannot parse.'),
    buildChecks: z.strictObject({
      deny: z
        .union([z.literal('all'), z.array(z.enum(buildChecks))])
        .describe("BuildKit's build checks that reject, by name, or `all`; the others are reported."),
    }),
  }),
  vulnerabilities: thresholds.extend({
    unfixed: z
      .enum(['count', 'report'])
      .describe('Whether findings without a published fix count against the thresholds.'),
    base: ownThresholds.describe(
      'Separate thresholds for what the base image added: such findings are counted on their own. A finding whose owner is unknown counts against both.',
    ),
    application: ownThresholds.describe('The same for what the shipped stages of the Dockerfile added.'),
    knownExploited: knownExploitedSection,
    exploitPrediction: exploitPredictionSection,
  }),
  secrets: z.strictObject({ allowed: limit }),
  licenses: z.strictObject({
    deny: z
      .array(
        z.string().refine(isLicenseId, 'one SPDX licence id, e.g. AGPL-3.0-only, or a LicenseRef-...; case matters'),
      )
      .min(1, emptyList('licenses'))
      .describe('SPDX identifiers that must not be shipped. An expression is denied if it leaves no other choice.'),
    unknown: z.enum(['deny', 'report']).describe('Packages whose licence is missing or unknown.'),
  }),
  structure: z.strictObject({
    required: z.boolean(),
    file: sourcePath.describe('container-structure-test file, relative to the source.'),
  }),
  size: z.strictObject({
    unpacked: byteLimit.optional().describe(`Default by class: ${budgets}.`),
    compressed: byteLimit.optional().describe('As a registry stores it. No limit by default.'),
    growth: byteLimit
      .optional()
      .describe(
        'Maximum growth, unpacked, since the verdict given with --baseline. No limit by default; if set, a baseline must be given.',
      ),
    efficiency: z.number().min(0).max(1).describe('Minimum layer efficiency, as Dive measures it.'),
    wasted: bytes.describe('Maximum number of bytes that later layers may overwrite or remove.'),
  }),
  runtime: z
    .strictObject({
      required: z
        .boolean()
        .describe(
          'Whether the image is started as in production. If not, the rules about it report that nothing was judged.',
        ),
      probe,
      environment: environment.describe(
        "Added to the image's own environment. No production credentials: this file is not secret.",
      ),
      files: z
        .record(absolutePath, z.string())
        .describe(
          'Files mounted into the image, by absolute path, as production mounts secrets: read-only text. No production credentials: this file is not secret.',
        ),
      services: z
        .record(
          z.string().regex(/^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/, 'a host name: lower-case letters, digits and dashes'),
          RuntimeService,
        )
        .describe('What the image can reach, by host name: only these.'),
      tmpfs: z
        .array(absolutePath)
        .refine((paths) => new Set(paths).size === paths.length, 'each directory once')
        .describe('The only writable directories, initially empty.'),
      seccomp: sourcePath
        .optional()
        .describe(
          "A seccomp profile (JSON) in the source that replaces container engines' default profile, e.g. one derived by an earlier run.",
        ),
      memory: bytes,
      pids: z.int().min(1).max(4_194_304).describe('Maximum number of processes and threads at a time.'),
      cpus: z.number().min(0.01).max(64).describe('CPU limit, in processors.'),
      readySeconds: seconds(600).describe('Within how many seconds it must be ready.'),
      stopSeconds: seconds(300).describe('Within how many seconds of its stop signal it must have ended.'),
      reuse: duration
        .optional()
        .describe('Maximum age of an earlier run that counts as a new one. By default none does.'),
      peakMemory: byteLimit
        .optional()
        .describe(
          'Maximum memory that it may use until it is ready and stops. Default: only the limit memory applies.',
        ),
    })
    .describe(
      'The built image, started as in a hardened production: without root, capabilities or a writable root, under limits, with only its declared services.',
    ),
  configuration: z.strictObject({
    minimumUid: z.int().min(1).max(4_294_967_294).describe('Lowest numeric user id that counts as unprivileged.'),
    healthcheck: z.enum(['required', 'optional']),
    shells: z.enum(['deny', 'allow']),
    packageManagers: z.enum(['deny', 'allow']),
    ports: z
      .array(z.int().min(1).max(65535))
      .optional()
      .describe('The only ports that may be exposed. Default: any port but 22.'),
    labels: z.array(z.string().min(1)).min(1, emptyList('labels')).describe('Labels that must be set and not empty.'),
  }),
  base: z.strictObject({
    digest: z
      .enum(['required', 'optional'])
      .describe('Whether every base must be pinned by digest, in the Dockerfile or the lock file.'),
    allow: z
      .array(
        z
          .string()
          .regex(
            repositoryPattern,
            'a fully spelled repository without tag, e.g. docker.io/library/python, or docker.io/library/*',
          ),
      )
      .min(1)
      .describe(
        'Repositories of allowed bases, e.g. docker.io/library/python; a trailing /* allows everything below. scratch is always allowed.',
      ),
  }),
  database: z.strictObject({
    maximumAge: duration.describe('Maximum age of the database, measured from its own update time.'),
    accept: z.array(z.enum(['official', 'given', 'example'])).min(1),
  }),
  signing: z.strictObject({
    transparencyLog: z
      .enum(['none', 'private', 'public-allowed'])
      .describe(
        'The most public log that may learn who signed which digest: none, a private one, or the public Sigstore instance, which everybody can read.',
      ),
    format: z
      .enum(['bundle', 'legacy', 'both'])
      .describe(
        'Sigstore bundles, as Cosign 3 writes them; the older signature tag, the only format that many verifiers read; or both.',
      ),
    unavailable: z
      .enum(['refuse', 'release-unsigned'])
      .describe(
        'What happens if a signing service remains unavailable. release-unsigned moves the tag without a signature, and every report says so.',
      ),
    patienceMinutes: z
      .number('minutes, from 0 to 180')
      .min(0, 'minutes, from 0 to 180')
      .max(180, 'minutes, from 0 to 180')
      .describe('How long to retry while a signing service is unavailable.'),
  }),
  inventory: z.strictObject({
    allowEmpty: z
      .strictObject({ reason: sentence })
      .optional()
      .describe('For images in which no package can be found, e.g. FROM scratch with one static binary.'),
    unowned: limit.describe(
      'How many programs and libraries in system directories may belong to no package. A separate tree, e.g. /usr/lib/jvm, counts once; what the scanner recognises by itself does not count.',
    ),
  }),
  release: z.strictObject({
    require: z
      .array(z.enum(attestationKinds))
      .refine((kinds) => new Set(kinds).size === kinds.length, 'each kind once')
      .describe('Attestations that a signed release must have, before its tags move and for `loadline verify`.'),
  }),
  rules: z.partialRecord(ruleId, RuleSetting),
  baseline: z.strictObject({
    accept: z
      .boolean()
      .describe('Whether findings that an earlier verdict already had (--baseline, --baseline-release) may pass.'),
    signer: BaselineSigner.optional().describe(
      'Who must have signed the release whose attested verdict is the baseline (--baseline-release). If set, no file is accepted in its place.',
    ),
    maximumAge: duration.describe('How long a finding may stay known, counted from the first verdict that had it.'),
    rules: z
      .array(
        z.enum(
          rulesWithBaseline,
          'a rule whose findings can be known: evidence, exceptions, credentials and sizes are always judged again',
        ),
      )
      .min(1)
      .describe('Rules whose findings may be known. All others judge as if there were no earlier verdict.'),
  }),
  exceptions: z.strictObject({
    maximumDays: z.int().min(1).max(366).describe('Maximum number of days from today to an expiry date.'),
    unused: z.enum(['deny', 'warn']).describe('The effect of an exception that matches nothing.'),
    expired: z
      .enum(['deny', 'warn'])
      .describe('The effect of an expired exception, which no longer applies in any case.'),
    register: z.array(RegisterEntry),
  }),
  suppressions: z.strictObject({
    openvex: z
      .array(Suppression)
      .describe('OpenVEX documents whose not_affected statements about this image count as exceptions.'),
    trivyignore: z
      .array(Suppression)
      .describe('.trivyignore and .trivyignore.yaml files whose entries count as exceptions.'),
    hadolint: z.array(Suppression).describe('.hadolint.yaml files whose list of ignored rules counts as exceptions.'),
  }),
  audit: z
    .strictObject({
      ignore: z
        .array(ignoredPath)
        .min(1, 'at least one entry, or no key at all')
        .describe(
          'Files and directories that loadline audit ignores. A file named on the command line is never ignored.',
        ),
    })
    .optional(),
})
export type Policy = z.infer<typeof Policy>
