/** A part of the exhaustive tests. Each has a row of docs/exhaustive.md. */
export interface Part {
  name: string
  /** What it shows, as the page says it. */
  what: string
  /** Files and directories that it is about, its own tests among them: when they have moved on, the part has to be run again. */
  about: readonly string[]
  /** How it is run: test files of a project, or the mutation of code. */
  run: TestFiles | Mutation
}

/** Stryker on some of the source, with the unit tests of vitest.mutation.config.ts. */
export interface Mutation {
  /** Patterns of files, as Stryker's `mutate`. */
  mutate: readonly string[]
  /** Directories of unit tests that are run for each change. */
  tests: readonly string[]
}

export interface TestFiles {
  project: 'exhaustive' | 'unit'
  files: readonly string[]
  env?: Readonly<Record<string, string>>
  /** True where the tests need neither engine nor images, or set up by themselves what they need. */
  withoutEngine?: true
}

const own = (file: string): TestFiles => ({ project: 'exhaustive', files: [`test/exhaustive/${file}`] })

/** How often each law is tried here, for once in `npm test`. */
const fuzzing = 20

export const parts: readonly Part[] = [
  {
    name: 'admission',
    what: "Kyverno's and policy-controller's own engines admit what was released, and refuse it if any link is broken. Their decisions are recorded for `npm test`.",
    about: ['src/admission', 'src/attestation', 'test/exhaustive/admission.test.ts', 'test/exhaustive/admission'],
    run: own('admission.test.ts'),
  },
  {
    name: 'kubernetes',
    what: 'A real API server accepts every object of every scaffold without a warning, and refuses bad ones.',
    about: [
      'src/scaffold/artifacts',
      'src/scaffold/templates',
      'test/exhaustive/kubernetes.test.ts',
      'test/exhaustive/kubernetes',
    ],
    run: own('kubernetes.test.ts'),
  },
  {
    name: 'workflows',
    what: 'act runs the reusable workflow and the action as GitHub would.',
    about: ['action.yml', '.github/workflows/build-and-scan.yml', 'ci/github', 'test/exhaustive/workflows.test.ts'],
    run: own('workflows.test.ts'),
  },
  {
    name: 'release',
    what: 'act makes a release up to the point where it needs the world: it packs Loadline, builds and judges both images, and refuses a wrong tag.',
    about: ['.github/workflows/release.yml', 'image', 'programs/Containerfile', 'test/exhaustive/release.test.ts'],
    run: own('release.test.ts'),
  },
  {
    name: 'cgroup-v2',
    what: "In a virtual machine with Docker on Debian's kernel, whose control groups are of the second version, an installed Loadline comes from an empty home directory to PASSED, and to a release that is signed, attested and verified.",
    about: [
      'programs/sandbox',
      'ci/run/container-runtime.ts',
      'ci/run/dagger-cli.ts',
      'ci/run/choose-engine.ts',
      'test/world',
      'test/exhaustive/cgroup-v2.test.ts',
    ],
    run: { ...own('cgroup-v2.test.ts'), withoutEngine: true },
  },
  {
    name: 'scaffold',
    what: 'The scaffold of each stack that `npm test` does not build, and of an application with Redis, passes its own strict gate and answers under full hardening.',
    about: [
      'src/scaffold',
      'toolchain/bases-on-demand',
      'test/fixtures/scaffold',
      'test/fixtures/scaffold-redis',
      'test/exhaustive/scaffold.test.ts',
      'test/engine/scaffold-gate.ts',
    ],
    run: own('scaffold.test.ts'),
  },
  {
    name: 'repair',
    what: '`loadline repair` on applications with the shape of public ones, in six stacks: what answered before answers after. Writes the table of [repair.md](repair.md); what has not changed since it was measured is not measured again.',
    about: [
      'src/repair',
      'src/bases',
      'pipelines/repair.ts',
      'pipelines/repair-round.ts',
      'pipelines/repair-situation.ts',
      'pipelines/repair-trials.ts',
      'pipelines/rebuild-times.ts',
      'pipelines/try-image.ts',
      'test/fixtures/repair',
      'test/exhaustive/repair',
      'test/exhaustive/repair.test.ts',
    ],
    run: own('repair.test.ts'),
  },
  {
    name: 'scaffold-observed',
    what: 'An application with FastAPI, PostgreSQL and S3, scaffolded for EKS under HIPAA, runs under the settings of its own manifests, and what it does is seen in a database and a store by TLS, in its log, its metrics and at a collector.',
    about: [
      'src/scaffold',
      'test/fixtures/scaffold-observed',
      'test/exhaustive/scaffold-observed.test.ts',
      'test/exhaustive/scaffold-observed',
      'test/exhaustive/go/collector',
    ],
    run: own('scaffold-observed.test.ts'),
  },
  {
    name: 'emulation',
    what: "Command tests of an image for arm64 run by Debian's emulator while this machine's kernel has it, and have not passed before.",
    about: [
      'programs/sandbox/emulate.go',
      'src/stages/evidence/runs-here.ts',
      'src/stages/evidence/structure.ts',
      'test/exhaustive/emulation.test.ts',
    ],
    run: own('emulation.test.ts'),
  },
  {
    name: 'dockerfile-readers',
    what: 'The reader that needs no engine reads 120,000 generated Dockerfiles as BuildKit does, or says that it does not know.',
    about: [
      'src/formats/dockerfile',
      'programs/dockerfile',
      'test/dockerfile-readers',
      'test/exhaustive/dockerfile-readers.test.ts',
    ],
    run: { ...own('dockerfile-readers.test.ts'), withoutEngine: true },
  },
  {
    name: 'compose-readers',
    what: "Compose's own library, compose-go, reads 3,000 generated projects as Loadline does, and still gives the answers that are recorded for `npm test`.",
    about: ['src/audit/input/compose', 'test/compose-readers', 'test/exhaustive/compose-readers.test.ts'],
    run: { ...own('compose-readers.test.ts'), withoutEngine: true },
  },
  {
    name: 'fuzzing',
    what: `The laws that \`npm test\` tries on random input are tried ${fuzzing} times as often, on new input.`,
    about: ['src/gate', 'src/policy', 'src/model', 'src/formats', 'src/tools', 'src/report'],
    run: {
      project: 'unit',
      files: [
        'test/unit/audit/foreign-text.test.ts',
        'test/unit/formats/foreign-text.test.ts',
        'test/unit/model/foreign-text.test.ts',
        'test/unit/policy/foreign-text.test.ts',
        'test/unit/stages/source/foreign-text.test.ts',
        'test/unit/tools/foreign-text.test.ts',
        'test/unit/tools/dockerfile/lineage.test.ts',
        'test/unit/gate/evaluate.properties.test.ts',
        'test/unit/image-metadata/image-tags.test.ts',
        'test/unit/model/duplicate-key.test.ts',
        'test/unit/model/json-in-parts.test.ts',
        'test/unit/model/owner.test.ts',
        'test/unit/model/printable.test.ts',
        'test/unit/model/read-yaml.properties.test.ts',
        'test/unit/model/text-bytes.test.ts',
        'test/unit/pipelines/run-record.test.ts',
        'test/unit/policy/policy-digest.test.ts',
        'test/unit/report/fold-platforms.test.ts',
        'test/unit/tools/refused-output.test.ts',
      ],
      env: { LOADLINE_FUZZ: String(fuzzing) },
    },
  },
  {
    name: 'mutation',
    what: 'Of the changes that Stryker makes to the gate, this share is noticed by a unit test.',
    about: ['src/gate', 'test/unit/gate', 'stryker.config.json'],
    run: { mutate: ['src/gate/**/*.ts'], tests: ['gate', 'policy', 'formats'] },
  },
  {
    name: 'mutation-of-documents',
    what: 'The same for policy and formats, with their own unit tests alone.',
    about: ['src/policy', 'src/formats', 'test/unit/policy', 'test/unit/formats', 'stryker.config.json'],
    run: { mutate: ['src/policy/**/*.ts', 'src/formats/**/*.ts'], tests: ['policy', 'formats'] },
  },
]
