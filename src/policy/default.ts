import type { Policy } from './schema.ts'

/**
 * The policy that applies if nobody wrote one, and that every policy file modifies.
 * It is strict. Each number is decided here and nowhere else, with the reason beside it. What no policy can set is in fixed-numbers.ts.
 */
export const defaultPolicy: Policy = {
  version: 1,
  // Most services run on an interpreter. The class only affects the size budget.
  image: { class: 'interpreted' },
  // No platforms: the engine's. Others could be built, but not started for testing.
  build: { dockerfile: 'Dockerfile', args: {}, secrets: [] },
  // Bad practice starts at hadolint's warnings; info and style are taste. A pragma is the author's decision: it is shown, not hidden.
  lint: {
    failOn: 'warning',
    pragmas: 'report',
    unread: 'report',
    // These mean that the build differs from what it looks like. The others are style, or guesses from names.
    buildChecks: { deny: ['DuplicateStageName', 'MultipleInstructionsDisallowed', 'ReservedStageName'] },
  },
  vulnerabilities: {
    critical: 0,
    high: 0,
    medium: 'unlimited',
    low: 'unlimited',
    // Go advisories and many recent CVEs carry no severity: allowing them blindly would let critical ones pass.
    unknown: 0,
    // Distributions carry findings without a fix for years, and nobody can act on them; counting them only trains
    // people to write exceptions. They are still reported as warnings. `strict` counts them.
    unfixed: 'report',
    // Not every network can reach the list, so it is optional, and every report says if none was given. It is released
    // on working days: two weeks allow for holidays.
    knownExploited: { list: 'optional', maximumAge: '14d' },
    // Scores are published every day. One in ten within a month is rare, and no longer chance. A missing score does not mean that exploitation is unlikely.
    exploitPrediction: { list: 'optional', maximumAge: '7d', maximum: 0.1, unscored: 'deny' },
  },
  secrets: { allowed: 0 },
  licenses: {
    // Licences whose obligations extend to offering a service over a network, or that forbid offering one.
    deny: [
      'AGPL-1.0-only',
      'AGPL-1.0-or-later',
      'AGPL-3.0-only',
      'AGPL-3.0-or-later',
      'SSPL-1.0',
      'BUSL-1.1',
      'Elastic-2.0',
    ],
    // Debian's copyright files often name no SPDX licence, which says nothing about the licence.
    unknown: 'report',
  },
  structure: { required: true, file: 'structure-test.yaml' },
  // 0.9 is Dive's own default; 20 MB is the size of one forgotten package cache.
  size: { efficiency: 0.9, wasted: '20 MB' },
  runtime: {
    // An image never started under production restrictions first fails in production. One that needs a database declares it, and gets one.
    required: true,
    probe: 'healthcheck',
    environment: {},
    files: {},
    services: {},
    // Anything written elsewhere is lost with the container, and a read-only root refuses it. Most runtimes expect /tmp.
    tmpfs: ['/tmp'],
    // The size of Kubernetes examples and small instances; a service that needs more says how much.
    memory: '512 MiB',
    pids: 256,
    cpus: 1,
    readySeconds: 30,
    // Docker kills after ten seconds.
    stopSeconds: 10,
  },
  configuration: {
    // Debian and Alpine assign IDs below 1000 to system accounts, which own system files.
    minimumUid: 1000,
    healthcheck: 'required',
    // Slim bases need their shell for diagnosis; a package manager lets an attacker install tools, and is not needed at run time.
    shells: 'allow',
    packageManagers: 'deny',
    labels: ['org.opencontainers.image.title', 'org.opencontainers.image.source'],
  },
  base: {
    digest: 'required',
    // Official images, and the minimal images that are rebuilt when a fix is published.
    allow: ['docker.io/library/*', 'gcr.io/distroless/*', 'cgr.dev/chainguard/*'],
  },
  // The official databases are rebuilt every six hours: two days allow for a weekend outage, and no more. `example` is
  // never accepted by default.
  database: { maximumAge: '48h', accept: ['official', 'given'] },
  // Names and digests of private images are nobody else's business; a private log discloses nothing. A quarter of an
  // hour outlasts restarts, but not a job's time limit.
  signing: { transparencyLog: 'private', format: 'bundle', unavailable: 'refuse', patienceMinutes: 15 },
  // A program copied to /usr/bin is normal; a system copied without its package database has hundreds.
  inventory: { unowned: 20 },
  // What a consumer of the image may ask for later must exist from the start.
  release: { require: ['provenance', 'cyclonedx', 'spdx', 'vulnerabilities', 'tests', 'verdict'] },
  rules: {},
  // Starting with an old image must be declared. A month is enough for what an update fixes; what takes longer needs an
  // exception, with an owner.
  baseline: { accept: false, maximumAge: '30d', rules: ['lint-level', 'vulnerabilities', 'licenses'] },
  // Half a year: an accepted risk is reviewed twice a year.
  exceptions: { maximumDays: 180, unused: 'warn', expired: 'warn', register: [] },
  // Files that silence other tools are read only if somebody is responsible for them.
  suppressions: { openvex: [], trivyignore: [], hadolint: [] },
}
