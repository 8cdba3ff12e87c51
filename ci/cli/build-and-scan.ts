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
        'directory with a Dockerfile; several share one session with the engine, and come to one merged verdict; beside --image it may hold the policy alone, or be left out',
    },
  ],
  flags: {
    image: single(
      'image',
      'judge an existing image instead of building one: a reference, an archive ("docker save" or OCI layout), or an OCI layout directory',
    ),
    ...policyFlags,
    ...evidenceFlags,
    output: single('directory', 'where the reports go; several sources get a directory each', 'loadline-report'),
    parallel: count('number', 'how many of several sources are judged at a time', 2),
    ...buildFlags,
    label: repeated(
      'name=value',
      'label, besides those from git; one that the Dockerfile sets itself wins',
      shaped(/^[^\s/=]+=/),
    ),
    cacheScope: single(
      'name',
      'cache mounts are shared with builds of this scope only (default: by repository and by who can write: protected branches, other pushes, each pull request)',
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
