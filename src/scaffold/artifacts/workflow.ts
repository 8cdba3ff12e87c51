import type { Application } from '../application.ts'
import { regulated } from '../compliance.ts'
import { yamlFile } from '../yaml-file.ts'

/** Actions by commit: a tag can be moved. */
const actions = {
  checkout: 'actions/checkout@11bd71901bbe5b1630ceea73d27597364c9af683', // v4.2.2
  setupNode: 'actions/setup-node@49933ea5288caeca8642d1e84afbd3f7d6820020', // v4.4.0
  uploadArtifact: 'actions/upload-artifact@ea165f8d65b6e75b540449e92b4886f43607fa02', // v4.6.2
}

/**
 * Only the Loadline that was chosen for this repository, by commit, runs. It is outside the workspace, so that it is
 * not part of what is built.
 */
const fetchLoadline = [
  {
    name: 'Require a pinned Loadline',
    env: { LOADLINE_REPOSITORY: '${{ vars.LOADLINE_REPOSITORY }}', LOADLINE_COMMIT: '${{ vars.LOADLINE_COMMIT }}' },
    run: '[[ "$LOADLINE_REPOSITORY" =~ ^[A-Za-z0-9-]+/[A-Za-z0-9._-]+$ && "$LOADLINE_COMMIT" =~ ^[0-9a-f]{40}$ ]] || { echo "::error::Set the variables LOADLINE_REPOSITORY (OWNER/NAME) and LOADLINE_COMMIT (40 hexadecimal digits) of this repository."; exit 2; }\n',
  },
  {
    uses: actions.checkout,
    with: {
      repository: '${{ vars.LOADLINE_REPOSITORY }}',
      ref: '${{ vars.LOADLINE_COMMIT }}',
      path: 'loadline',
      'persist-credentials': false,
    },
  },
  { run: 'mv loadline "$RUNNER_TEMP/loadline"' },
]

/**
 * The GitHub Actions workflow: pull requests are judged without credentials, main and tags are released, and published
 * images are judged again.
 */
export function workflow({ name, image, path, secret, compliance }: Application): Record<string, string> {
  const source = path === '' ? '.' : path
  const strict = regulated(compliance)
  const policy = path === '' ? 'loadline.yaml' : `${path}/loadline.yaml`
  const loadline = 'node "$RUNNER_TEMP/loadline/ci/loadline.mjs"'
  const buildSecret = secret === undefined ? '' : ` --build-secret ${secret.id}=env:BUILD_SECRET`
  const exploited = strict ? ' --known-exploited known-exploited.json' : ''
  const environment = secret === undefined ? {} : { BUILD_SECRET: `\${{ secrets.BUILD_SECRET }}` }
  const steps = [
    ...fetchLoadline,
    { uses: actions.checkout, with: { 'persist-credentials': false, 'fetch-depth': 0 } },
    { uses: actions.setupNode, with: { 'node-version': '24' } },
  ]
  const reports = {
    name: 'Keep the reports',
    if: 'always()',
    uses: actions.uploadArtifact,
    with: { name: `${name}-reports`, path: 'loadline-report', 'retention-days': 90, 'if-no-files-found': 'error' },
  }
  const logIn = {
    name: 'Log in to the registry',
    env: {
      REGISTRY: image.split('/')[0],
      REGISTRY_USER: '${{ secrets.REGISTRY_USER }}',
      REGISTRY_TOKEN: '${{ secrets.REGISTRY_TOKEN }}',
    },
    run: 'printf %s "$REGISTRY_TOKEN" | docker login "$REGISTRY" --username "$REGISTRY_USER" --password-stdin',
  }
  const job = (condition: string, permissions: Record<string, string>, own: readonly unknown[]) => ({
    if: condition,
    'runs-on': 'ubuntu-24.04',
    'timeout-minutes': 45,
    permissions,
    steps: own,
  })
  const onlyHere = path === '' ? {} : { paths: [`${path}/**`, `.github/workflows/${name}.yaml`] }
  return {
    [`.github/workflows/${name}.yaml`]: yamlFile(
      `Delivers ${name}. Pull requests are built and judged without any credential. What is on main or has a version tag is judged, published by digest, signed, attested and verified; the tag moves last. ${strict ? 'Each day' : 'Each week'} the newest version is judged again by that day's vulnerability database, from its attested SBOM. Variables: LOADLINE_REPOSITORY and LOADLINE_COMMIT, the Loadline that runs. Secrets: REGISTRY_USER, REGISTRY_TOKEN, COSIGN_PRIVATE_KEY, COSIGN_PASSWORD${secret === undefined ? '' : `, BUILD_SECRET (the text of ${secret.target.split('/').at(-1)})`}; cosign.pub is in the repository${strict ? ', and so is known-exploited.json, the CISA catalogue, which you keep up to date' : ''}. Protect the environment "release".`,
      {
        name,
        on: {
          pull_request: onlyHere,
          push: { branches: ['main'], tags: ['v*'], ...onlyHere },
          schedule: [{ cron: strict ? '17 4 * * *' : '17 4 * * 1' }],
        },
        permissions: {},
        concurrency: {
          group: `${name}-\${{ github.ref }}`,
          'cancel-in-progress': "${{ github.event_name == 'pull_request' }}",
        },
        jobs: {
          judge: job("github.event_name == 'pull_request'", { contents: 'read' }, [
            ...steps,
            {
              name: 'Lint, build, collect evidence, judge',
              ...(secret === undefined ? {} : { env: environment }),
              run: `${loadline} build-and-scan ${quoted(source)}${buildSecret}${exploited}`,
            },
            {
              name: 'Check that the scaffold is unchanged',
              run: `${loadline} scaffold .${path === '' ? '' : ` --path ${quoted(path)}`} --check`,
            },
            reports,
          ]),
          release: {
            ...job("github.event_name == 'push'", { contents: 'read' }, [
              ...steps,
              logIn,
              {
                name: 'Judge, publish, sign, attest, verify',
                env: {
                  ...environment,
                  COSIGN_PRIVATE_KEY: '${{ secrets.COSIGN_PRIVATE_KEY }}',
                  COSIGN_PASSWORD: '${{ secrets.COSIGN_PASSWORD }}',
                },
                run: `${loadline} build-and-scan ${quoted(source)}${buildSecret}${exploited} --publish ${image} --key env:COSIGN_PRIVATE_KEY --registry-config "$HOME/.docker/config.json"`,
              },
              reports,
            ]),
            environment: 'release',
          },
          reverdict: job("github.event_name == 'schedule'", { contents: 'read' }, [
            ...steps,
            logIn,
            {
              name: 'Judge the newest version again',
              run: `newest="$(git describe --tags --abbrev=0 --match 'v*')"\n${loadline} reverdict "${image}:\${newest#v}" --key cosign.pub --policy ${quoted(policy)} --registry-config "$HOME/.docker/config.json"\n`,
            },
          ]),
        },
      },
    ),
  }
}

function quoted(path: string): string {
  return /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`
}
