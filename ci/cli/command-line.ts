import { Command } from 'commander'
import { version } from '../../src/model/version.ts'
import { inherit, type MakeCommand } from './command.ts'

type Load = () => Promise<{ make: MakeCommand }>

/** Every command: its name, what the help says of it, and where it is. A command brings the whole flow with it, so only the one that is called is loaded. */
const commands: ReadonlyArray<readonly [name: string, description: string, load: Load]> = [
  [
    'build-and-scan',
    'lint, build, collect evidence and judge; publish and sign what passed',
    () => import('./build-and-scan.ts'),
  ],
  [
    'verify',
    'verify an image in a registry as a consumer: signature, attestations, verdict',
    () => import('./verify.ts'),
  ],
  [
    'reverdict',
    "judge a published image again from its attested SBOM, with today's database and policy",
    () => import('./reverdict.ts'),
  ],
  [
    'merge',
    'combine the verdicts of several services into one; rejects if a part is missing',
    () => import('./merge.ts'),
  ],
  [
    'admission',
    'write the policy with which an admission controller admits only what Loadline has released; needs no engine',
    () => import('./admission.ts'),
  ],
  [
    'doctor',
    'show what is here, what is missing, and how old the pins are; changes and fetches nothing',
    () => import('./doctor.ts'),
  ],
  ['completion', 'print the completion script of a shell', () => import('./completion.ts')],
  [
    'lock',
    'resolve every base image and service to its digest, and write loadline.lock.json',
    () => import('./lock.ts'),
  ],
  [
    'tools',
    'show which tools this release runs, by which digests, and how well those are confirmed',
    () => import('./tools.ts'),
  ],
  [
    'bases',
    'measure the application on each available base, compare them, and write the decision down',
    () => import('./bases.ts'),
  ],
  [
    'repair',
    'change the Dockerfile so that the image passes where it can be known how; shows the changes, keeps only those that build, start and are judged better',
    () => import('./repair.ts'),
  ],
  [
    'scaffold',
    'write what an application needs for production: Dockerfile, policy, tests, deployment for each target, monitoring, workflow, and a document that says why; needs no engine',
    () => import('./scaffold.ts'),
  ],
  ['policy', 'list, show, check, explain and try policies; needs no engine', () => import('./policy.ts')],
  [
    'audit',
    'audit Dockerfiles, compose files, Kubernetes manifests and docker run lines by the CIS Docker Benchmark; needs no engine',
    () => import('./audit.ts'),
  ],
  [
    'compliance',
    'show what a run proves for a compliance framework, row by row with its artifacts; needs no engine',
    () => import('./compliance.ts'),
  ],
  ['engine', 'the Dagger engine that Loadline uses on this machine', () => import('./engine.ts')],
  [
    'sigstore',
    'a private Sigstore on this machine, to try keyless signing: issuer, Fulcio, Rekor, timestamp authority',
    () => import('./sigstore.ts'),
  ],
  ['dagger', "run the real Dagger CLI on Loadline's engine", () => import('./dagger.ts')],
  ['test', 'set everything up, then run every test of Loadline itself', () => import('./test.ts')],
  [
    'github-action',
    'what action.yml runs: build-and-scan with the inputs of a GitHub step',
    () => import('./github-action.ts'),
  ],
]

/** No person calls it. */
const hidden = 'github-action'

/** The command line with all of the commands whose names are `wanted`; of the others it knows no more than the list says. `done` gets the exit code of the command that ran. */
export async function commandLine(
  wanted: (name: string) => boolean = () => true,
  done: (exitCode: number) => void = () => undefined,
): Promise<Command> {
  const program = new Command('loadline')
    .description(
      'A secure delivery pipeline for container images: an image ships only when its evidence is above the line.',
    )
    .version(version)
    .exitOverride()
    .enablePositionalOptions()
    .showHelpAfterError('(loadline COMMAND --help says more)')
    .addHelpText(
      'after',
      '\nExit codes: 0 passed; 1 the policy says no; 2 usage or configuration; 3 could not decide; 4 publish, sign or verify failed; 130/143 interrupted.',
    )
  for (const [name, description, load] of commands) {
    const made = wanted(name) ? (await load()).make(name, { done, whole: () => commandLine() }) : new Command(name)
    program.addCommand(made.description(description), { hidden: name === hidden })
  }
  return inherit(program)
}
