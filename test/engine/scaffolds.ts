import { makeScaffold } from '../../pipelines/scaffold.ts'
import { complianceNames, targetNames, type Scaffold } from '../../src/scaffold/index.ts'
import { applications, scaffoldOf, treeOf } from '../unit/scaffold/applications.ts'
import { records } from '../unit/scaffold/records.ts'

const regulated = complianceNames.filter((name) => name !== 'internal')

/** Everything at once, and each target alone: a file must not depend on what stands beside it. */
const choices = [
  { targets: targetNames, compliance: ['internal'], privateRegistry: false },
  { targets: targetNames, compliance: regulated, privateRegistry: true },
  ...targetNames.map((target) => ({ targets: [target], compliance: ['internal'], privateRegistry: false })),
]

/** Every stack with every choice, by title. */
export const scaffolds: ReadonlyArray<[title: string, make: () => Promise<Scaffold>]> = [
  ...applications.flatMap((stack) =>
    choices.map((answers): [string, () => Promise<Scaffold>] => [
      `${stack} for ${answers.targets.join(', ')} under ${answers.compliance.join(', ')}`,
      () => scaffoldOf(stack, { ...answers, name: 'orders' }),
    ]),
  ),
  ['Go with PostgreSQL and Redis in a folder with a space', odd],
  [
    'FastAPI with PostgreSQL and S3 on EKS under HIPAA',
    () => records({ host: 'records.example.com', settings: { DOCUMENTS_BUCKET: 'clinic-documents' } }),
  ],
  ['FastAPI with PostgreSQL and S3 on EKS by IRSA', () => records({ identity: 'irsa', targets: ['kubernetes'] })],
  [
    'FastAPI with PostgreSQL and S3 in another cluster',
    () => records({ cluster: 'other', host: 'records.example.com', targets: ['kubernetes'] }),
  ],
]

/** Those that have Kubernetes among their targets. */
export const ofKubernetes = scaffolds.filter(([title]) => title.includes('kubernetes') || title.includes('PostgreSQL'))

/** Those that have Cloud Run among their targets. */
export const ofCloudRun = scaffolds.filter(([title]) => title.includes('cloud-run'))

/** An application that talks to everything there is, where no fixture lies. */
export async function odd(): Promise<Scaffold> {
  const files = {
    'go.mod':
      'module example.com/orders\n\ngo 1.25\n\nrequire (\n\tgithub.com/jackc/pgx/v5 v5.7.0\n\tgithub.com/redis/go-redis/v9 v9.7.0\n\tgithub.com/prometheus/client_golang v1.23.0\n)\n',
    'go.sum':
      'github.com/jackc/pgx/v5 v5.7.0 h1:a\ngithub.com/redis/go-redis/v9 v9.7.0 h1:b\ngithub.com/prometheus/client_golang v1.23.0 h1:c\n',
    'main.go':
      'package main\n\nfunc main() { listen(":8080", "/healthz", "/metrics", os.Getenv("DATABASE_URL"), os.Getenv("REDIS_PASSWORD_FILE")) }\n',
  }
  const tree = treeOf(Object.fromEntries(Object.entries(files).map(([path, text]) => [`my services/${path}`, text])))
  const made = await makeScaffold(
    {
      targets: targetNames,
      compliance: ['internal'],
      image: 'registry.example.com/shop/orders',
      repository: 'https://git.example.com/shop/orders',
      path: 'my services',
      name: 'orders',
    },
    tree,
  )
  return {
    ...made,
    files: Object.fromEntries(
      Object.entries(made.files).map(([path, text]) => [path.replace(/^my services\//, ''), text]),
    ),
  }
}

/** Custom resources of a scaffold, by kind. */
export function customKinds({ application, files }: Scaffold): string[] {
  const { metrics, host, cluster } = application
  const secrets = files['deploy/kubernetes/base/external-secrets.yaml'] ?? ''
  return [
    ...(secrets.match(/^kind: ExternalSecret$/gm) ?? []).map(() => 'ExternalSecret'),
    ...(host !== undefined && cluster === 'other' ? ['HTTPRoute'] : []),
    'PrometheusRule',
    // Nothing is scraped where no Prometheus client answers.
    ...(metrics === undefined ? [] : ['ServiceMonitor']),
  ]
}

/** Every object of a scaffold, by kind. */
export function allKinds(scaffold: Scaffold): string[] {
  const { host, cluster, databaseTls } = scaffold.application
  return [
    'ConfigMap',
    ...(databaseTls === undefined ? [] : ['ConfigMap']),
    'Deployment',
    'HorizontalPodAutoscaler',
    ...(host !== undefined && cluster === 'eks' ? ['Ingress'] : []),
    'Namespace',
    'NetworkPolicy',
    'NetworkPolicy',
    'PodDisruptionBudget',
    'Service',
    'ServiceAccount',
    ...customKinds(scaffold),
  ].toSorted()
}
