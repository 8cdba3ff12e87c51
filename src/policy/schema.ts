import { z } from 'zod'
import { buildChecks } from './build-checks.ts'
import { attestationKinds, Digest, NotAffected, Origin, parsePackageUrl, Platform, severities } from '../model/index.ts'
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

// Every message of this file ends the sentence "wanted ...".

const bytes = z
  .string('a size with its unit, e.g. "100 MB" (1 MB is 1,000,000 bytes) or "96 MiB"')
  .regex(bytesPattern, 'a size with its unit, e.g. "100 MB" (1 MB is 1,000,000 bytes) or "96 MiB"')
  .describe('A size with its unit, e.g. "100 MB" (1 MB is 1,000,000 bytes).')

/** A limit of bytes: one that denies, or one that warns and one that denies. */
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
  .describe('A size that denies what is larger, e.g. "100 MB"; or warn, deny or both.')
export type ByteLimit = z.infer<typeof byteLimit>

/** A path inside the image. */
const absolutePath = z
  .string()
  .regex(/^(\/(?!\.{1,2}(\/|$))[^/\\\p{Cc}]+)+$/u, 'an absolute path without "..", e.g. /tmp')

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
        http: z.strictObject({ port, path: z.string().regex(/^\/[^\s\p{Cc}]*$/u, 'a path that begins with a slash') }),
      }),
      z.strictObject({ tcp: z.strictObject({ port }) }),
    ],
    {
      error: 'healthcheck, or { http: { port: 8080, path: /health } }, or { tcp: { port: 8080 } }',
    },
  )
  .describe(
    'How to ask whether the image is ready: its own HEALTHCHECK, an HTTP answer below 400, or a port that can be connected to.',
  )

/** A service that the image needs in order to become ready, e.g. a database. */
export const RuntimeService = z.strictObject({
  image: z
    .string()
    .regex(
      /^[a-z0-9.-]+(:\d+)?(\/[a-z0-9._-]+)+:[A-Za-z0-9_][A-Za-z0-9._-]*$/,
      'a fully spelled reference with tag, e.g. docker.io/library/postgres:15',
    )
    .describe('Its image, fully spelled. The lock file pins it, as it pins bases.'),
  ports: z.array(port).min(1).describe('Ports on which it is reached, under its name.'),
  environment: environment
    .optional()
    .describe('Its environment. No credentials of production: it is written in this file.'),
  arguments: z.array(z.string()).min(1).optional().describe('Replaces the CMD of its image.'),
})
export type RuntimeService = z.infer<typeof RuntimeService>

const day = z.iso.date('a calendar day, e.g. 2027-01-31').describe('A calendar day, UTC, e.g. 2027-01-31.')

const sentence = z.string('a reason, in at least ten characters').trim().min(10, 'a reason, in at least ten characters')

/** A registry (its name has a dot or a port), then the repository; the last part may be a star. An entry that could never match is refused: a tag, or a name without registry. */
const repositoryPattern =
  /^(localhost|[a-z0-9-]+(\.[a-z0-9-]+)+|[a-z0-9-]+(?=:))(:\d+)?(\/[a-z0-9._-]+)*\/(\*|[a-z0-9._-]+)$/

const withoutWildcards = /^[^*?]+$/

const ruleId = z.enum(ruleIds)

/** A list that names nothing would make its rule say yes to everything, without the reason that a rule needs which does not deny. */
const emptyList = (rule: (typeof ruleIds)[number]) =>
  `at least one entry; to want none, switch the rule off and say why, in rules.${rule}`

/** Thresholds per severity: the highest number of findings that still passes. */
const thresholds = z.strictObject(
  Object.fromEntries(severities.map((severity) => [severity, limit])) as Record<
    (typeof severities)[number],
    typeof limit
  >,
)

const ownThresholds = thresholds.partial().optional()

/** Why a risk is accepted, by whom and until when: what every exception says, wherever it is written. */
const acceptance = {
  reason: sentence.describe('Why the risk is accepted.'),
  owner: z
    .string('a team or a mail address')
    .trim()
    .min(3, 'a team or a mail address')
    .describe('Who answers for it: a team or a mail address.'),
  ticket: z.string().trim().min(1).optional().describe('Where it is tracked.'),
  created: day.optional().describe('Day on which it was accepted, UTC. Not in the future.'),
  expires: day.describe('Last day on which it counts, inclusive, UTC.'),
  compensatingControl: z.string().trim().min(1).optional().describe('What protects meanwhile.'),
}

const imageName = z
  .string()
  .regex(/^[a-z0-9]+([._/-][a-z0-9]+)*$/, 'lower-case letters, digits and separators, e.g. shop/orders')

/** An exception from one rule, for one thing, for a limited time. What narrows it must all match. */
export const Exception = z.strictObject({
  rule: z
    .enum([...ruleIds, ...controlIds])
    .describe('Id of the rule of the gate, e.g. vulnerabilities, or of the control of the audit, e.g. cis-5.13.'),
  id: z
    .string('the id of one violation')
    .min(1, 'the id of one violation')
    .regex(withoutWildcards, 'the id of one violation: wildcards are refused, an exception names one thing')
    .describe('Id of the violation as the report prints it, e.g. CVE-2024-1234, DL3008 or /usr/bin/su.'),
  subject: z
    .string()
    .min(1, 'text, or no key at all')
    .regex(withoutWildcards, 'one subject: wildcards are refused')
    .optional()
    .describe('Narrows the exception to the subject that the report prints, e.g. Dockerfile:12.'),
  platform: Platform.optional().describe('Narrows the exception to one platform.'),
  image: imageName
    .optional()
    .describe('Narrows the exception to the image of this name: in a register for several images.'),
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
      'Narrows the exception to one package: a package URL. Without a version it names every version; qualifiers that it leaves out are free.',
    ),
  ...acceptance,
  vex: NotAffected.optional().describe(
    'What vex.openvex.json says of it. Without this: affected, with what is done about it.',
  ),
})
export type Exception = z.infer<typeof Exception>

/** An exception as the gate sees it: `origin` says from which file it was taken, and is absent for one of the policy itself. */
export const RegisterEntry = Exception.extend({ origin: Origin.optional() })
export type RegisterEntry = z.infer<typeof RegisterEntry>

/** A file of another tool's exceptions that is honoured. What the file leaves open, this entry says: each exception has a reason, an owner and a last day. */
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
      .describe('deny rejects the image, warn only reports, off does not judge (and says so in every report).'),
    owners: z
      .partialRecord(z.enum(ownerKinds), z.enum(['deny', 'warn']))
      .optional()
      .describe(
        'What differs by owner: base is what the base image brought, application what the shipped stages of the Dockerfile did, build what stands in another stage. A finding whose owner is unknown denies where level or one of these does.',
      ),
    reason: sentence.optional().describe('Required for warn and off, of an owner too.'),
    effectiveFrom: day
      .optional()
      .describe('Until the day before, deny only warns. Not further away than exceptions.maximumDays.'),
  })
  .refine(
    (setting) =>
      (setting.level === 'deny' && !Object.values(setting.owners ?? {}).includes('warn')) ||
      setting.reason !== undefined,
    { path: ['reason'], message: 'a reason, in at least ten characters: the rule does not deny' },
  )
export type RuleSetting = z.infer<typeof RuleSetting>

/** A file or directory that the audit leaves out. */
const ignoredPath = z.strictObject({
  path: sourcePath
    .regex(withoutWildcards, 'one file or directory: wildcards are refused')
    .describe('A file, or a directory with all that is below it, relative to the directory that is audited.'),
  reason: sentence.describe('Why nothing of it is deployed.'),
})

/** A policy as Loadline uses it: every value decided. */
export const Policy = z.strictObject({
  version: z.literal(1),
  image: z.strictObject({
    name: imageName.optional(),
    class: z.enum(['interpreted', 'compiled']).describe(`Decides the default size budget: ${budgets}, unpacked.`),
  }),
  build: z.strictObject({
    dockerfile: sourcePath,
    target: z.string().min(1).optional(),
    platforms: z
      .array(Platform)
      .min(1)
      .refine((platforms) => new Set(platforms).size === platforms.length, 'each platform once')
      .optional()
      .describe("Platforms that are built and judged. Default: the engine's own."),
    args: z.record(
      z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'the name of a build argument: letters, digits and underscores'),
      z.string(),
    ),
    secrets: z
      .array(
        z
          .string()
          .regex(/^[A-Za-z0-9_.-]+$/, 'the id of a build secret: letters, digits, dots, dashes and underscores'),
      )
      .describe('Ids of build secrets that must be given: `RUN --mount=type=secret,id=...`.'),
  }),
  lint: z.strictObject({
    failOn: z.enum(['error', 'warning', 'info', 'style']).describe('The mildest level that denies.'),
    pragmas: z
      .enum(['deny', 'report'])
      .describe(
        "Whether comments may silence the linter (`# hadolint ignore=`) and BuildKit's checks (`# check=skip=`).",
      ),
    unread: z
      .enum(['deny', 'report'])
      .describe('What becomes of a Dockerfile that BuildKit builds and hadolint cannot parse.'),
    buildChecks: z.strictObject({
      deny: z
        .union([z.literal('all'), z.array(z.enum(buildChecks))])
        .describe("BuildKit's build checks that deny, by name, or `all`; the others are reported."),
    }),
  }),
  vulnerabilities: thresholds.extend({
    unfixed: z
      .enum(['count', 'report'])
      .describe('Whether findings without a published fix count against the thresholds.'),
    base: ownThresholds.describe(
      'Thresholds for what the base image brought, where they differ: such findings are counted by themselves. A finding whose owner is unknown counts against these and the others.',
    ),
    application: ownThresholds.describe('The same for what the shipped stages of the Dockerfile added.'),
    knownExploited: knownExploitedSection,
    exploitPrediction: exploitPredictionSection,
  }),
  secrets: z.strictObject({ allowed: limit }),
  licenses: z.strictObject({
    deny: z
      .array(
        z
          .string()
          .refine(
            isLicenseId,
            'one SPDX licence id, e.g. AGPL-3.0-only, or a LicenseRef-...; upper and lower case count',
          ),
      )
      .min(1, emptyList('licenses'))
      .describe('SPDX identifiers that may not be shipped. An expression is denied when it leaves no other choice.'),
    unknown: z.enum(['deny', 'report']).describe('Packages whose licence is missing or unknown.'),
  }),
  structure: z.strictObject({
    required: z.boolean(),
    file: sourcePath.describe('container-structure-test file, relative to the source.'),
  }),
  size: z.strictObject({
    unpacked: byteLimit.optional().describe(`Deny by default, by class: ${budgets}.`),
    compressed: byteLimit.optional().describe('As a registry stores it. No limit where it is left out.'),
    growth: byteLimit
      .optional()
      .describe(
        'How many bytes more, unpacked, than in the verdict that --baseline gives. No limit where it is left out; where it is set, a baseline must be given.',
      ),
    efficiency: z.number().min(0).max(1).describe('Lowest layer efficiency, as Dive measures it.'),
    wasted: bytes.describe('Most bytes that later layers may overwrite or remove.'),
  }),
  runtime: z
    .strictObject({
      required: z
        .boolean()
        .describe(
          'Whether the image is started as production would. Where it is not, the rules about it say that nothing was judged.',
        ),
      probe,
      environment: environment.describe(
        "Added to the image's own environment. No credentials of production: it is written in this file.",
      ),
      files: z
        .record(absolutePath, z.string())
        .describe(
          'Files that the image finds, by absolute path, as production mounts secrets: text that it may read and not change. No credentials of production: it is written in this file.',
        ),
      services: z
        .record(
          z.string().regex(/^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/, 'a host name: lower-case letters, digits and dashes'),
          RuntimeService,
        )
        .describe('What the image can reach, by host name: these, and nothing else.'),
      tmpfs: z
        .array(absolutePath)
        .refine((paths) => new Set(paths).size === paths.length, 'each directory once')
        .describe('The only directories that can be written to, empty at the start.'),
      seccomp: sourcePath
        .optional()
        .describe(
          'A seccomp profile (JSON) in the source that replaces the one that container engines use by default, e.g. the one that an earlier run derived.',
        ),
      memory: bytes,
      pids: z.int().min(1).max(4_194_304).describe('Most processes and threads at one time.'),
      cpus: z.number().min(0.01).max(64).describe('Processor time, in processors.'),
      readySeconds: z
        .number('seconds, from 1 to 600')
        .min(1, 'seconds, from 1 to 600')
        .max(600, 'seconds, from 1 to 600')
        .describe('How soon it must be ready.'),
      stopSeconds: z
        .number('seconds, from 1 to 300')
        .min(1, 'seconds, from 1 to 300')
        .max(300, 'seconds, from 1 to 300')
        .describe('How soon after its stop signal it must have ended.'),
      peakMemory: byteLimit
        .optional()
        .describe(
          'Most memory that it may need until it is ready and stops. No limit but memory itself where it is left out.',
        ),
    })
    .describe(
      'The built image, started as a hardened production would: without root, capabilities and a writable root, under limits, with its declared services alone.',
    ),
  configuration: z.strictObject({
    minimumUid: z.int().min(1).max(4_294_967_294).describe('Lowest numeric user id that counts as unprivileged.'),
    healthcheck: z.enum(['required', 'optional']),
    shells: z.enum(['deny', 'allow']),
    packageManagers: z.enum(['deny', 'allow']),
    ports: z
      .array(z.int().min(1).max(65535))
      .optional()
      .describe('The only ports that may be exposed. Any port but 22 where it is left out.'),
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
        'Repositories that may be built on, e.g. docker.io/library/python; a trailing /* allows all below. scratch is always allowed.',
      ),
  }),
  database: z.strictObject({
    maximumAge: duration.describe('Oldest database that counts, measured from its own update time.'),
    accept: z.array(z.enum(['official', 'given', 'example'])).min(1),
  }),
  signing: z.strictObject({
    transparencyLog: z
      .enum(['none', 'private', 'public-allowed'])
      .describe(
        'The most open log that may learn who signed which digest: none, one of your own, or the public Sigstore instance, which everybody reads.',
      ),
    format: z
      .enum(['bundle', 'legacy', 'both'])
      .describe(
        'Sigstore bundles, as Cosign 3 writes them, the older signature tag that many verifiers still read alone, or both.',
      ),
    unavailable: z
      .enum(['refuse', 'release-unsigned'])
      .describe(
        'What happens when a signing service stays away. release-unsigned moves the tag without a signature, and every report says so.',
      ),
    patienceMinutes: z
      .number('minutes, from 0 to 180')
      .min(0, 'minutes, from 0 to 180')
      .max(180, 'minutes, from 0 to 180')
      .describe('How long to try again while a signing service is away.'),
  }),
  inventory: z.strictObject({
    allowEmpty: z
      .strictObject({ reason: sentence })
      .optional()
      .describe('Set for images in which no package can be catalogued, e.g. FROM scratch with one static binary.'),
    unowned: limit.describe(
      'How many programs and libraries in directories of the system may belong to no package. A tree of its own, e.g. /usr/lib/jvm, counts once, and what the scanner knows by itself does not.',
    ),
  }),
  release: z.strictObject({
    require: z
      .array(z.enum(attestationKinds))
      .refine((kinds) => new Set(kinds).size === kinds.length, 'each kind once')
      .describe(
        'Attestations without which a signed release is refused, before its tags move and by `loadline verify`.',
      ),
  }),
  rules: z.partialRecord(ruleId, RuleSetting),
  baseline: z.strictObject({
    accept: z.boolean().describe('Whether findings that an earlier verdict already had (--baseline) may pass.'),
    maximumAge: duration.describe('For how long a finding may be known, counted from the first verdict that had it.'),
    rules: z
      .array(
        z.enum(
          rulesWithBaseline,
          'a rule whose findings can be known: evidence, exceptions, credentials and sizes are always judged anew',
        ),
      )
      .min(1)
      .describe('Rules whose findings may be known. All others judge as if there were no earlier verdict.'),
  }),
  exceptions: z.strictObject({
    maximumDays: z.int().min(1).max(366).describe('Furthest expiry from today.'),
    unused: z.enum(['deny', 'warn']).describe('What an exception that matches nothing does.'),
    expired: z
      .enum(['deny', 'warn'])
      .describe('What an exception past its last day does, besides not counting any more.'),
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
          'Files and directories that loadline audit leaves out. A file that is named in the call is never left out.',
        ),
    })
    .optional(),
})
export type Policy = z.infer<typeof Policy>
