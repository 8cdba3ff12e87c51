import { Argument, Command, CommanderError, InvalidArgumentError, Option } from 'commander'
import pc from 'picocolors'
import { controllers, type Controller } from '../../src/admission/index.ts'
import { DeliveryError } from '../../src/model/errors.ts'
import { defused } from '../../src/model/printable.ts'
import { version } from '../../src/model/version.ts'
import { completionScript, shells, type Shell } from './completion.ts'
import { endChildren } from '../run/end-children.ts'

/** The command line. Gives the exit code: 0 passed, 1 the policy says no, 2 usage or configuration, 3 could not decide, 4 a passed image was not released, 130/143 interrupted. */
export async function main(argv: readonly string[]): Promise<number> {
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    process.once(signal, () => {
      process.stderr.write(
        `\nloadline: interrupted by ${signal}; the report says that the run did not end. Tags move last, and the next run goes on from here\n`,
      )
      endChildren()
      process.exit(code)
    })
  }
  // An engine that dies takes promises with it that nobody waits for any more: that is no verdict, and never exit code 1.
  process.once('uncaughtException', (error) => {
    process.stderr.write(
      `loadline: the run broke off: ${error.message}\nThe report says that it did not end. Check the engine ("loadline engine status") and run again.\n`,
    )
    endChildren()
    process.exit(3)
  })
  let exitCode = 0
  const program = commandLine((code) => (exitCode = code))
  try {
    // npm runs scripts in the package's directory; paths are meant from where the person stands.
    if (process.env['npm_command'] === 'run-script' && process.env['INIT_CWD'] !== undefined)
      process.chdir(process.env['INIT_CWD'])
    await program.parseAsync([...argv], { from: 'user' })
    return exitCode
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
    if (error instanceof DeliveryError) {
      process.stderr.write(defused(`${pc.red('error')}: ${error.message}\n${pc.bold('do this')}: ${error.hint}\n`))
      return error.exitCode
    }
    process.stderr.write(
      `${pc.red('error')}: a fault of Loadline: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
    )
    return 3
  }
}

function atLeastOne(text: string): number {
  if (!/^[1-9]\d{0,3}$/.test(text)) throw new InvalidArgumentError('It is a whole number from 1.')
  return Number(text)
}

/** Every command and option. `done` gets the exit code of the command that ran. */
export function commandLine(done: (exitCode: number) => void): Command {
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

  program
    .command('build-and-scan')
    .description('lint, build, collect evidence and judge; publish and sign what passed')
    .argument(
      '[source...]',
      'directory with a Dockerfile; several share one session with the engine, and come to one merged verdict; beside --image it may hold the policy alone, or be left out',
    )
    .option(
      '--image <image>',
      'judge an image that exists, and build none: a reference, an archive ("docker save" or OCI layout), or an OCI layout directory',
    )
    .option('--policy <file>', 'policy file (default: loadline.yaml in the source, or the strict default)')
    .option(
      '--organisation <file>',
      "the organisation's policy file: the application's stands on it and cannot change what it locks",
    )
    .option(
      '--baseline <verdict>',
      'verdict.json of an earlier run: what it already had does not deny again, where the policy accepts that',
    )
    .option(
      '--known-exploited <file>',
      'list of exploited vulnerabilities (CISA KEV catalogue, JSON): whatever of it the image has denies',
    )
    .option(
      '--additional-sarif <file...>',
      'findings of other scanners about this image (SARIF 2.1.0): they are judged as well, and take nothing away',
      [],
    )
    .option(
      '--output <directory>',
      'where the reports go; of several sources, into a directory of each name',
      'loadline-report',
    )
    .option('--parallel <number>', 'how many of several sources are judged at a time', atLeastOne, 2)
    .option('--file <dockerfile>', "Dockerfile, somewhere below the source (default: the policy's)")
    .option('--target <stage>', "stage to build (default: the policy's, or the last)")
    .option('--platform <platform...>', "platforms to build and judge (default: the policy's)", [])
    .option(
      '--publish <reference>',
      "push a passed image to registry/repository:tag, or to registry/repository with tags by --tag; {name} in it stands for the name of the source's directory",
    )
    .option(
      '--tag <rule...>',
      'rules for tags, as type=semver,pattern={{major}}.{{minor}} (default: semantic version and commit)',
      [],
    )
    .option(
      '--version <version>',
      'semantic version of the image (default: the highest version among the tags of the commit)',
    )
    .addOption(
      new Option(
        '--consumer <form>',
        'what the registry is to hold: an index over platforms, or one manifest for services that refuse an index (default: single for one platform)',
      ).choices(['index', 'single']),
    )
    .option('--immutable-tags', 'fail where a tag exists with another digest, instead of moving it', false)
    .option(
      '--key <source>',
      'key to sign with: a Cosign private key (env:NAME or file:PATH) or one in a key management service (awskms://, gcpkms://, azurekms://, hashivault://, k8s://)',
    )
    .option(
      '--key-password <source>',
      'its password: env:NAME or file:PATH (default: env:COSIGN_PASSWORD where that is set)',
    )
    .option('--keyless', 'sign with the identity of this CI job, without a key (GitHub Actions)')
    .option('--identity-token <source>', 'sign without a key, with this OpenID Connect token: env:NAME or file:PATH')
    .option(
      '--certificate-identity <identity>',
      'whom the certificate of a keyless signature must name (default: read from the token)',
    )
    .option(
      '--certificate-oidc-issuer <url>',
      'who must have issued the token of a keyless signature (default: read from the token)',
    )
    .option(
      '--signing-config <file>',
      'Sigstore services to sign with (default: none for a key, the public instance without one)',
    )
    .option('--trusted-root <file>', 'the keys of these services')
    .option('--registry-config <file>', 'Docker config.json with the credentials of the registry')
    .option('--registry-ca <file>', "certificates (PEM) of your own authority that the registry's comes from")
    .option('--vulnerability-database <where>', 'directory with db/trivy.db, or a registry reference')
    .option('--lock <file>', 'lock file (default: loadline.lock.json in the source)')
    .option('--build-arg <name=value...>', "build arguments, on top of the policy's", [])
    .option('--label <name=value...>', 'labels, besides those from git; one that the Dockerfile sets itself wins', [])
    .option('--build-secret <id=source...>', 'build secrets: ID=env:NAME or ID=file:PATH', [])
    .option(
      '--cache-scope <name>',
      'cache mounts are shared with builds of this scope only (default: on GitHub and GitLab one for each pull request, otherwise "trusted")',
    )
    .option(
      '--engine <address>',
      'address of a Dagger engine, here or elsewhere (unix://, tcp://, tls://, ssh://, kube-pod://, container://), or "sealed" (default: $LOADLINE_ENGINE)',
    )
    .option('--json', 'print verdict.json on standard output instead of the table', false)
    .option('--quiet', 'print nothing about an image that passed', false)
    .option('--verbose', 'spell out every finding, exception and notice, and not the first of each', false)
    .addOption(
      new Option('--progress <how>', 'how progress is shown')
        .choices(['auto', 'live', 'plain', 'none'])
        .default('auto'),
    )
    .addHelpText(
      'after',
      '\nExamples:\n  loadline build-and-scan .\n  loadline build-and-scan services/orders --platform linux/amd64 linux/arm64\n  loadline build-and-scan . --publish 127.0.0.1:5000/demo/app:1.0.0 --key env:COSIGN_PRIVATE_KEY\n  loadline build-and-scan services/orders services/billing --publish registry.example.com/shop/{name}\n  loadline build-and-scan --image registry.example.com/vendor/app:2.1 --policy vendor.yaml',
    )
    .action(async (sources: string[], options) => {
      const [source, ...others] = sources
      if (others.length === 0) done(await (await import('./build-and-scan.ts')).buildAndScan(source, options))
      else done(await (await import('./build-and-scan-several.ts')).buildAndScanSeveral(sources, options))
    })

  program
    .command('github-action', { hidden: true })
    .description('what action.yml runs: build-and-scan with the inputs of a GitHub step')
    .action(async () => done(await (await import('./github-action.ts')).githubAction()))

  const consumer = (command: Command) =>
    command
      .argument('<reference>', 'registry/repository:tag or registry/repository@sha256:...')
      .option('--key <file>', 'public key of the signer, e.g. cosign.pub')
      .option('--certificate-identity <identity>', 'whom a keyless signature must name')
      .option('--certificate-oidc-issuer <url>', 'who must vouch for that identity')
      .option('--trusted-root <file>', 'trusted root of a Sigstore instance of your own')
      .option('--registry-config <file>', 'Docker config.json with the credentials of the registry')
      .option('--registry-ca <file>', "certificates (PEM) of your own authority that the registry's comes from")
      .option('--lock <file>', 'lock file (default: loadline.lock.json in this directory)')
      .option('--engine <address>', 'address of a Dagger engine (default: $LOADLINE_ENGINE)')
      .option('--json', 'print the document on standard output instead of the table', false)
      .option('--quiet', 'print nothing about an image that holds', false)

  consumer(
    program
      .command('verify')
      .description('verify an image in a registry as a consumer: signature, attestations, verdict'),
  )
    .option(
      '--policy <file>',
      'policy file: the attestations that it requires, and its digest, which the verdict must name (default: every kind, any policy)',
    )
    .option('--organisation <file>', "the organisation's policy file, on which the application's stands")
    .option('--source <url>', 'repository that the image must come from')
    .addHelpText(
      'after',
      '\nExit codes: 0 everything holds; 4 something is missing or does not hold, and the table says what.\nExample:\n  loadline verify ghcr.io/acme/shop:1.4.0 --key cosign.pub',
    )
    .action(async (reference: string, options) => {
      const { verify } = await import('./verify.ts')
      done(await verify(reference, options))
    })

  consumer(
    program
      .command('reverdict')
      .description("judge a published image again from its attested SBOM, with today's database and policy"),
  )
    .option('--policy <file>', 'policy file (default: the strict default)')
    .option('--organisation <file>', "the organisation's policy file, on which the application's stands")
    .option('--vulnerability-database <where>', 'directory with db/trivy.db, or a registry reference')
    .addHelpText(
      'after',
      '\nExit codes: 0 still passed; 1 the policy says no by now; 3 could not decide; 4 an attestation that it rests on does not hold.\nExample:\n  loadline reverdict ghcr.io/acme/shop:1.4.0 --key cosign.pub --policy loadline.yaml',
    )
    .action(async (reference: string, options) => {
      const { reverdict } = await import('./reverdict.ts')
      done(await reverdict(reference, options))
    })

  program
    .command('merge')
    .description('make one verdict of those of several services: it rejects where a part is missing')
    .argument('<report...>', 'report directories, or their verdict.json')
    .requiredOption('--expect <name...>', 'names of all services that there must be')
    .option('--maximum-age <duration>', 'how long ago a part may have been judged, e.g. 24h or 7d', '24h')
    .option('--json', 'print the document instead of the table', false)
    .addHelpText(
      'after',
      '\nExit codes: 0 every part passed; 1 a part was rejected, is missing or does not fit; 3 a part did not come to a verdict.\nExample:\n  loadline merge reports/orders reports/billing --expect orders billing',
    )
    .action(async (reports: string[], options) => {
      const { merge } = await import('./merge.ts')
      done(await merge(reports, options))
    })

  program
    .command('admission')
    .description(
      'write the policy by which an admission controller admits what Loadline has released, and nothing else; needs no engine',
    )
    .addArgument(new Argument('<controller>', 'for which one').choices(Object.keys(controllers)))
    .requiredOption('--image <images>', 'registry/repository of the images, or its beginning with a star')
    .option('--policy <file>', 'policy file (default: loadline.yaml in the working directory, or the strict default)')
    .option('--organisation <file>', "the organisation's policy file")
    .option('--key <file>', 'public key of the signer, e.g. cosign.pub')
    .option('--certificate-identity <identity>', 'whom a keyless signature must name')
    .option('--certificate-oidc-issuer <url>', 'who must vouch for that identity')
    .option('--trusted-root <file>', 'trusted root of a Sigstore instance of your own')
    .option('--source <url>', 'repository that the images must come from')
    .option('--maximum-age <age>', 'oldest verdict that admits, e.g. 30d (default: any age)')
    .addOption(
      new Option('--consumer <form>', 'what is deployed (default: as a release by this policy leaves it)').choices([
        'index',
        'single',
      ]),
    )
    .option('--any-policy', 'a verdict by any policy counts: for images of several applications', false)
    .option('--name <name>', 'name of the object in the cluster (default: from the policy)')
    .addHelpText(
      'after',
      '\nExample:\n  loadline admission kyverno --image ghcr.io/acme/shop --key cosign.pub --maximum-age 30d | kubectl apply -f -',
    )
    .action(async (controller: Controller, options) => {
      const { admission } = await import('./admission.ts')
      done(await admission(controller, options))
    })

  program
    .command('doctor')
    .description('say what is here, what is missing, and what is pinned since when; changes and fetches nothing')
    .argument('[source]', 'directory with a Dockerfile', '.')
    .option('--engine <address>', 'address of a Dagger engine (default: $LOADLINE_ENGINE)')
    .option('--lock <file>', 'lock file (default: loadline.lock.json in the source)')
    .option('--json', 'print it as JSON', false)
    .addHelpText(
      'after',
      '\nExit codes: 0 a run can begin; 3 something that it needs is missing, or floats.\nExample:\n  loadline doctor services/orders',
    )
    .action(async (source: string, options) => {
      const { doctor } = await import('./doctor.ts')
      done(await doctor(source, options))
    })

  program
    .command('completion')
    .description('print the completion script of a shell')
    .addArgument(new Argument('<shell>', 'which shell').choices(shells))
    .addHelpText(
      'after',
      '\nExamples:\n  loadline completion bash > /etc/bash_completion.d/loadline\n  loadline completion zsh >> ~/.zshrc\n  loadline completion fish > ~/.config/fish/completions/loadline.fish',
    )
    .action((shell: Shell) => {
      process.stdout.write(completionScript(program, shell))
      done(0)
    })

  program
    .command('lock')
    .description('resolve every tool and base image to its digest, and write loadline.lock.json')
    .argument('<source>', 'directory with a Dockerfile')
    .option('--engine <address>', 'address of a Dagger engine that reaches the registries')
    .option('--json', 'print the lock on standard output instead of what changed', false)
    .addHelpText('after', '\nExample:\n  loadline lock services/orders')
    .action(async (source: string, options) => {
      const { lock } = await import('./lock.ts')
      done(await lock(source, options))
    })

  program
    .command('bases')
    .description(
      'measure the application on each base that can be had, print how they compare, and write the decision as a record',
    )
    .argument('[source]', 'directory with a Dockerfile; the base of its shipped stage is exchanged', '.')
    .option(
      '--candidate <reference...>',
      'bases to try (default: full, slim, alpine, distroless and hardened ones for the runtime of the current base)',
      [],
    )
    .option(
      '--policy <file>',
      'policy file (default: loadline.yaml in the source, or the strict default); its section runtime says how the image is started',
    )
    .option('--organisation <file>', "the organisation's policy file")
    .option('--output <directory>', 'where bases.json and bases.md go', 'loadline-report')
    .option('--file <dockerfile>', "Dockerfile, somewhere below the source (default: the policy's)")
    .option('--target <stage>', "stage to build (default: the policy's, or the last)")
    .option('--platform <platform...>', "the first one counts (default: the policy's)", [])
    .option('--vulnerability-database <where>', 'directory with db/trivy.db, or a registry reference')
    .option('--lock <file>', 'lock file (default: loadline.lock.json in the source)')
    .option('--build-arg <name=value...>', "build arguments, on top of the policy's", [])
    .option('--build-secret <id=source...>', 'build secrets: ID=env:NAME or ID=file:PATH', [])
    .option('--engine <address>', 'address of a Dagger engine (default: $LOADLINE_ENGINE)')
    .option('--json', 'print bases.json on standard output instead of the table', false)
    .addHelpText(
      'after',
      '\nExit codes: 0 a base could be chosen; 2 usage or configuration; 3 the application started on none.\nExamples:\n  loadline bases services/orders\n  loadline bases . --candidate docker.io/library/debian:12-slim gcr.io/distroless/base-debian12:nonroot',
    )
    .action(async (source: string, options) => {
      const { bases } = await import('./bases.ts')
      done(await bases(source, options))
    })

  program
    .command('scaffold')
    .description(
      'write what takes an application to production: Dockerfile, policy, tests, deployment for each target, monitoring, workflow, and a document that says why; needs no engine',
    )
    .argument('<source>', 'directory of the application, or of the repository with --path')
    .option('--target <targets...>', 'where it runs: kubernetes, compose, ecs, cloud-run; several with commas')
    .option('--compliance <regimes...>', 'which rules bind it: hipaa, pci-dss, soc2, internal; several with commas')
    .option('--path <folder>', 'folder of the application below the source, in a repository with several')
    .option(
      '--stack <stack>',
      'where the source has signs of several: python-pip, python-poetry, python-uv, node-npm, node-pnpm, node-yarn, go, java-maven, java-gradle, rust',
    )
    .option('--name <name>', 'name of the application (default: its own)')
    .option('--image <reference>', 'registry/repository of the image, without tag')
    .option('--repository <url>', 'address of the source, for the labels (default: the git remote "origin")')
    .option('--port <number>', 'port that it listens on (default: read from the code)')
    .option('--health <path>', 'path that answers 200 while it is healthy (default: read from the code)')
    .option(
      '--ready <path>',
      'path that answers 200 while it can serve (default: read from the code, or the health path)',
    )
    .option(
      '--entry <what>',
      'what starts: a module, file, package folder, class or binary (default: read from the code)',
    )
    .option('--private-registry', 'mount credentials of the package manager into the build as a secret')
    .option('--output <directory>', 'where the files go (default: the source)')
    .option('--force', 'write over files that exist and differ', false)
    .option('--check', 'write nothing; exit 1 where a file is not what would be written', false)
    .addHelpText(
      'after',
      '\nThe answers are kept in deploy/scaffold.yaml, so later calls need none.\n\nExamples:\n  loadline scaffold . --target kubernetes --compliance soc2 --image registry.example.com/shop/orders\n  loadline scaffold . --target compose,ecs --compliance internal --output ../proposal\n  loadline scaffold . --path services/orders --check',
    )
    .action(async (source: string, options) => {
      const { scaffold } = await import('./scaffold.ts')
      done(await scaffold(source, options))
    })

  const policy = program.command('policy').description('explain and try policies; needs no engine')
  const policyCommand = (name: string, description: string) =>
    policy
      .command(name)
      .description(description)
      .option('--policy <file>', 'policy file (default: loadline.yaml in the working directory, or the strict default)')
      .option('--organisation <file>', "the organisation's policy file")
  policyCommand('explain', 'say what a rule wants, what it needs, and how the policy sets it')
    .argument('<rule>', 'id of a rule, e.g. vulnerabilities')
    .option('--json', 'print it as JSON', false)
    .addHelpText(
      'after',
      '\nExample:\n  loadline policy explain vulnerabilities --policy services/orders/loadline.yaml',
    )
    .action(async (rule: string, options) => {
      const { explain } = await import('./policy.ts')
      done(await explain(rule, options))
    })
  policyCommand('test', 'judge recorded evidence by a policy: prints the verdict, and ends with its exit code')
    .argument('<verdict>', 'verdict.json of an earlier run')
    .option('--platform <platform...>', "platforms that must be judged (default: the policy's)", [])
    .option('--baseline <verdict>', 'verdict.json of an earlier run, where the policy accepts one')
    .option('--known-exploited <file>', 'list of exploited vulnerabilities, instead of the recorded one')
    .option('--at <moment>', 'judge as at this day or moment, UTC, e.g. 2027-01-31 (default: now)')
    .option('--json', 'print the document instead of the table', false)
    .option('--quiet', 'print nothing about evidence that passes', false)
    .option('--verbose', 'spell out every finding, exception and notice, and not the first of each', false)
    .addHelpText(
      'after',
      '\nExample:\n  loadline policy test loadline-report/verdict.json --policy loadline.yaml --at 2027-01-31',
    )
    .action(async (verdict: string, options) => {
      const { testPolicy } = await import('./policy.ts')
      done(await testPolicy(verdict, options))
    })
  policy
    .command('schema')
    .description('print the JSON schema of a policy file')
    .addArgument(new Argument('[of]', 'whose file').choices(['application', 'organisation']).default('application'))
    .addHelpText('after', '\nExample:\n  loadline policy schema > loadline-policy.schema.json')
    .action(async (of: 'application' | 'organisation') => {
      const { schema } = await import('./policy.ts')
      done(schema(of))
    })

  program
    .command('audit')
    .description(
      'audit Dockerfiles, compose files, Kubernetes manifests and docker run lines by the CIS Docker Benchmark; needs no engine',
    )
    .argument('[paths...]', 'files, or directories that are searched for them')
    .option('--docker-run <line>', 'a docker run line, as one argument')
    .option('--verdict <file>', 'verdict.json of a run: section 4 reads its evidence, and not the Dockerfile')
    .option('--policy <file>', 'policy file: its exceptions for controls are the deviations (default: none)')
    .option('--output <directory>', 'where audit.json, audit.md and audit.sarif go (default: they are not written)')
    .option('--json', 'print audit.json instead of the table', false)
    .addHelpText(
      'after',
      '\nExit codes: 0 nothing fails, though much may be manual; 1 something fails; 2 an input cannot be read, and nothing was judged.\nExamples:\n  loadline audit .\n  loadline audit compose.yaml --verdict loadline-report/verdict.json --policy loadline.yaml\n  loadline audit --docker-run "docker run --read-only app:1.0.0"',
    )
    .action(async (paths: string[], options) => {
      const { audit } = await import('./audit.ts')
      done(await audit(paths, options))
    })

  program
    .command('compliance')
    .description('say what a run shows for a compliance framework, tied to its artifacts; needs no engine')
    .addArgument(new Argument('<framework>', 'which one').choices(['hipaa', 'pci-dss', 'soc2']))
    .requiredOption('--verdict <file>', 'verdict.json of the run, in its report directory')
    .option('--output <directory>', 'where compliance-<framework>.json and .md go (default: they are not written)')
    .option('--json', 'print the document as JSON instead of Markdown', false)
    .addHelpText('after', '\nExample:\n  loadline compliance pci-dss --verdict loadline-report/verdict.json')
    .action(async (framework: 'hipaa' | 'pci-dss' | 'soc2', options) => {
      const { compliance } = await import('./compliance.ts')
      done(await compliance(framework, options))
    })

  const engine = program.command('engine').description('the Dagger engine that Loadline uses on this machine')
  const engineCommand = (
    name: string,
    description: string,
    run: (commands: typeof import('./engine.ts')) => Promise<number>,
  ) =>
    engine
      .command(name)
      .description(description)
      .action(async () => done(await run(await import('./engine.ts'))))
  engineCommand('up', 'find or start an engine, and print how to reach it', (commands) =>
    commands.engineUp(),
  ).addHelpText('after', '\nExample:\n  eval "$(loadline engine up | grep ^export)"')
  engine
    .command('status')
    .description('say what is there')
    .option('--json', 'print it as JSON', false)
    .action(async (options: { json: boolean }) => done(await (await import('./engine.ts')).engineStatus(options)))
  engineCommand('down', 'stop the sealed engine and its registry; caches stay', (commands) => commands.engineDown())
  engineCommand('clean', 'stop all and remove the cache directory', (commands) => commands.engineClean())

  const sigstore = program
    .command('sigstore')
    .description(
      'a private Sigstore on this machine, to try keyless signing: issuer, Fulcio, Rekor, timestamp authority',
    )
  sigstore
    .command('up')
    .description('compile it where needed, start it, and print how to sign with it')
    .option('--email <address>', 'whom its identity token speaks for', 'somebody@example.com')
    .addHelpText('after', '\nExample:\n  eval "$(loadline sigstore up | grep ^export)"')
    .action(async (options: { email: string }) => done(await (await import('./sigstore.ts')).sigstoreUp(options)))
  sigstore
    .command('status')
    .description('say which parts run')
    .option('--json', 'print it as JSON', false)
    .action(async (options: { json: boolean }) => done(await (await import('./sigstore.ts')).sigstoreStatus(options)))
  sigstore
    .command('down')
    .description('stop it; what it signed can still be verified')
    .action(async () => done(await (await import('./sigstore.ts')).sigstoreDown()))

  program
    .command('dagger')
    .description("run the real Dagger CLI on Loadline's engine")
    .argument('[arguments...]')
    .allowUnknownOption()
    .helpOption(false)
    .passThroughOptions()
    .addHelpText('after', '\nExample:\n  loadline dagger call lint --source .')
    .action(async (given: string[]) => {
      const { dagger } = await import('./dagger.ts')
      done(await dagger(given))
    })

  program
    .command('test')
    .description('set everything up, then run every test of Loadline itself')
    .argument('[files...]', 'only these test files; with --exhaustive, only these parts')
    .option('--exhaustive', 'what takes long and changes seldom, instead')
    .addHelpText('after', '\nExample:\n  loadline test test/engine/release.test.ts')
    .action(async (files: string[], { exhaustive }: { exhaustive?: boolean }) => {
      const { test } = await import('./test.ts')
      done(await test([...(exhaustive === true ? ['--exhaustive'] : []), ...files]))
    })
  return program
}
