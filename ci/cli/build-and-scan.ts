import { command } from './command.ts'
import { count, shaped, repeated, single } from './flag.ts'
import { judgeOne } from './judge-one.ts'
import { judgeSeveral, type SeveralOptions } from './judge-several.ts'
import {
  buildFlags,
  databaseFlags,
  displayFlags,
  engineFlags,
  evidenceFlags,
  policyFlags,
  registryFlags,
  releaseFlags,
  signerFlags,
} from './option-groups.ts'

/** `loadline build-and-scan SOURCE...`: the whole flow, with the exit code of its verdict. */
export const make = command<Omit<SeveralOptions, 'withheld'>, [sources: string[]]>({
  operands: [
    {
      spelling: '[source...]',
      description:
        'directory with a Dockerfile; several share one engine session and get one merged verdict; with --image it may hold only the policy, or be omitted',
    },
  ],
  flags: {
    image: single(
      'image',
      'judge an existing image instead of building one: a reference, an archive (from "docker save", or an OCI layout), or an OCI layout directory',
    ),
    ...policyFlags,
    ...evidenceFlags,
    output: single(
      'directory',
      'directory for the reports; each of several sources gets its own below it',
      'loadline-report',
    ),
    parallel: count('number', 'how many sources to judge at a time', 2),
    ...buildFlags,
    label: repeated(
      'name=value',
      'label, in addition to those from git; one that the Dockerfile sets itself wins',
      shaped(/^[^\s/=]+=/),
    ),
    cacheScope: single(
      'name',
      'share cache mounts only with builds of this scope (default: by repository and by who can write: protected branches, other pushes, each pull request)',
    ),
    ...releaseFlags,
    ...signerFlags,
    ...registryFlags,
    ...databaseFlags,
    ...engineFlags,
    ...displayFlags,
  },
  more: `Examples:
  loadline build-and-scan .
  loadline build-and-scan --platform linux/amd64,linux/arm64 services/orders
  loadline build-and-scan . --publish 127.0.0.1:5000/demo/app:1.0.0 --key env:COSIGN_PRIVATE_KEY
  loadline build-and-scan services/orders services/billing --publish registry.example.com/shop/{name}
  loadline build-and-scan --image registry.example.com/vendor/app:2.1 --policy vendor.yaml`,
  run: (options, sources) => (sources.length > 1 ? judgeSeveral(sources, options) : judgeOne(sources[0], options)),
})
