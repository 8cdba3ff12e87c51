import { Command } from 'commander'
import { version } from '../../src/model/version.ts'
import { inherit, type MakeCommand } from './command.ts'

type Load = () => Promise<{ make: MakeCommand }>

/**
 * Every command: its name, its line in the help, and its file. A command imports the whole flow, so only the one that
 * is called is loaded.
 */
const commands: ReadonlyArray<readonly [name: string, description: string, load: Load]> = [
  [
    'build-and-scan',
    'lint, build, collect evidence and judge; publish and sign what passed',
    () => import('./build-and-scan.ts'),
  ],
  [
    'verify',
    'verify an image in a registry as a consumer would: signature, attestations, verdict',
    () => import('./verify.ts'),
  ],
  [
    'reverdict',
    "judge a published image again from its attested SBOM, with today's database and policy",
    () => import('./reverdict.ts'),
  ],
  [
    'merge',
    'merge the verdicts of several services into one; rejects if a part is missing',
    () => import('./merge.ts'),
  ],
  [
    'admission',
    'print the policy with which an admission controller admits only what Loadline has released; needs no engine',
    () => import('./admission.ts'),
  ],
  [
    'doctor',
    'show what is installed, what is missing, and how old the pins are; changes and fetches nothing',
    () => import('./doctor.ts'),
  ],
  ['completion', 'print the completion script of a shell', () => import('./completion.ts')],
  [
    'lock',
    'resolve every base and service image to its digest, and write loadline.lock.json',
    () => import('./lock.ts'),
  ],
  [
    'tools',
    'show the tools that this release runs, their digests, and how well those are confirmed',
    () => import('./tools.ts'),
  ],
  [
    'bases',
    'measure the application on each available base, compare them, and write the decision down',
    () => import('./bases.ts'),
  ],
  [
    'repair',
    'propose changes to the Dockerfile that make the image pass; shows only changes with which the image builds, starts and gets a better verdict',
    () => import('./repair.ts'),
  ],
  [
    'scaffold',
    'write what an application needs for production: Dockerfile, policy, tests, deployment for each target, monitoring, workflow, and a document that explains them; needs no engine',
    () => import('./scaffold.ts'),
  ],
  ['policy', 'list, show, validate, explain and test policies; needs no engine', () => import('./policy.ts')],
  [
    'audit',
    'audit Dockerfiles, compose files, Kubernetes manifests and docker run command lines by the CIS Docker Benchmark; needs no engine',
    () => import('./audit.ts'),
  ],
  [
    'compliance',
    'show what a run proves for a compliance framework, requirement by requirement with the artifacts; needs no engine',
    () => import('./compliance.ts'),
  ],
  ['engine', 'the Dagger engine that Loadline uses on this machine', () => import('./engine.ts')],
  [
    'sigstore',
    'a private Sigstore on this machine for trying keyless signing: issuer, Fulcio, Rekor, timestamp authority',
    () => import('./sigstore.ts'),
  ],
  ['dagger', "run the real Dagger CLI on Loadline's engine", () => import('./dagger.ts')],
  ['test', "set everything up, then run all of Loadline's own tests", () => import('./test.ts')],
  [
    'github-action',
    'what action.yml runs: build-and-scan with the inputs of a GitHub step',
    () => import('./github-action.ts'),
  ],
  [
    'github-repair',
    'what repair/action.yml runs: repair with the inputs of a GitHub step, and a pull request with the result',
    () => import('./github-repair.ts'),
  ],
]

/** Called by programs, not by people. */
const hidden = /^github-/

/**
 * The command line, with every command whose name is `wanted` fully loaded; the others have only their line of the
 * list. `done` gets the exit code of the command that ran.
 */
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
    .showHelpAfterError('(see loadline COMMAND --help)')
    .addHelpText(
      'after',
      '\nExit codes: 0 passed; 1 the policy says no; 2 usage or configuration; 3 could not decide; 4 publish, sign or verify failed; 130/143 interrupted.',
    )
  for (const [name, description, load] of commands) {
    const made = wanted(name) ? (await load()).make(name, { done, whole: () => commandLine() }) : new Command(name)
    program.addCommand(made.description(description), { hidden: hidden.test(name) })
  }
  return inherit(program)
}
