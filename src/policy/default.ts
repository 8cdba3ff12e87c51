import type { Policy } from './schema.ts'

/**
 * The policy that judges where nobody wrote one, and from which every policy file differs.
 * It is strict: each number below is the one place where it is decided, with the reason beside it. What no policy can set is in fixed-numbers.ts.
 */
export const defaultPolicy: Policy = {
  version: 1,
  // Most services run on an interpreter. The class only decides the size budget.
  image: { class: 'interpreted' },
  // No platforms: those of the engine. Programs of another could be built, and not started to be tested.
  build: { dockerfile: 'Dockerfile', args: {}, secrets: [] },
  // hadolint's warnings are where bad practice begins; info and style are taste. A pragma is a decision of the author: it is shown, not hidden.
  lint: {
    failOn: 'warning',
    pragmas: 'report',
    unread: 'report',
    // These say that something else is built than it looks. The others are style, or guess by names.
    buildChecks: { deny: ['DuplicateStageName', 'MultipleInstructionsDisallowed', 'ReservedStageName'] },
  },
  vulnerabilities: {
    critical: 0,
    high: 0,
    medium: 'unlimited',
    low: 'unlimited',
    // Go advisories and many recent CVEs carry no severity: whoever allowed them unseen would let critical ones pass.
    unknown: 0,
    // Distributions carry findings without a repair for years and nobody can act on them; counting them teaches people to write exceptions.
    // They are still reported as warnings. `strict` counts them.
    unfixed: 'report',
    // Not every network reaches the list, so it is optional, and every report says when none was given. It is released on working days: two weeks leave room for holidays.
    knownExploited: { list: 'optional', maximumAge: '14d' },
    // Scores are published every day. One in ten within a month is rare, and no longer chance. Whoever gives the list wants it to decide: a finding that it does not know is not unlikely.
    exploitPrediction: { list: 'optional', maximumAge: '7d', maximum: 0.1, unscored: 'deny' },
  },
  secrets: { allowed: 0 },
  licenses: {
    // Licences whose duties reach whoever only offers a service over a network, or that forbid to offer one.
    deny: [
      'AGPL-1.0-only',
      'AGPL-1.0-or-later',
      'AGPL-3.0-only',
      'AGPL-3.0-or-later',
      'SSPL-1.0',
      'BUSL-1.1',
      'Elastic-2.0',
    ],
    // Debian's copyright files often name no SPDX licence: that is no fact about the licence.
    unknown: 'report',
  },
  structure: { required: true, file: 'structure-test.yaml' },
  // 0.9 is Dive's own default; 20 MB is what one forgotten package cache weighs.
  size: { efficiency: 0.9, wasted: '20 MB' },
  runtime: {
    // An image that has never been started under the restrictions of production fails there for the first time. What needs a database says so, and gets one.
    required: true,
    probe: 'healthcheck',
    environment: {},
    files: {},
    services: {},
    // Whatever is written outside is lost with the container and refused by a read-only root. /tmp is what most runtimes expect to have.
    tmpfs: ['/tmp'],
    // What Kubernetes examples and small instances give; a service that needs more says how much.
    memory: '512 MiB',
    pids: 256,
    cpus: 1,
    readySeconds: 30,
    // Docker kills after ten seconds.
    stopSeconds: 10,
  },
  configuration: {
    // Debian and Alpine give ids below 1000 to system accounts, which own files of the system.
    minimumUid: 1000,
    healthcheck: 'required',
    // Slim bases need their shell for diagnosis; a package manager lets an attacker install tools, and nobody needs it at run time.
    shells: 'allow',
    packageManagers: 'deny',
    labels: ['org.opencontainers.image.title', 'org.opencontainers.image.source'],
  },
  base: {
    digest: 'required',
    // Official images and the minimal images that are rebuilt when a repair is published.
    allow: ['docker.io/library/*', 'gcr.io/distroless/*', 'cgr.dev/chainguard/*'],
  },
  // The official databases are rebuilt every six hours: two days leave room for a weekend outage, and no more. `example` counts nowhere by default.
  database: { maximumAge: '48h', accept: ['official', 'given'] },
  // Names and digests of private images are nobody else's business; a log of one's own is no disclosure. A quarter of an hour outlasts restarts, not a job's time limit.
  signing: { transparencyLog: 'private', format: 'bundle', unavailable: 'refuse', patienceMinutes: 15 },
  // A program that is copied to /usr/bin is ordinary; a system that is copied without its package database has hundreds.
  inventory: { unowned: 20 },
  // What a consumer of the image may ask for later must be there from the start.
  release: { require: ['provenance', 'cyclonedx', 'spdx', 'vulnerabilities', 'tests', 'verdict'] },
  rules: {},
  // Whoever wants to begin with an old image says so. A month is long enough to repair what an update repairs; what takes longer is an exception, with an owner.
  baseline: { accept: false, maximumAge: '30d', rules: ['lint-level', 'vulnerabilities', 'licenses'] },
  // Half a year: an accepted risk is looked at again twice a year.
  exceptions: { maximumDays: 180, unused: 'warn', expired: 'warn', register: [] },
  // Files that silence other tools are read only where somebody answers for them.
  suppressions: { openvex: [], trivyignore: [], hadolint: [] },
}
