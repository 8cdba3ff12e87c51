import { describe, expect, it } from 'vitest'
import { targetNames } from '../../../src/scaffold/index.ts'
import { applications, scaffoldOf } from './applications.ts'
import { records } from './records.ts'

const made = (compliance: readonly string[]) =>
  scaffoldOf('python-pip', { targets: targetNames, compliance, name: 'orders' })
const deployment = 'deploy/kubernetes/base/deployment.yaml'
const task = 'deploy/ecs/task-definition.json'
const workflow = '.github/workflows/orders.yaml'

/** What DEPLOYMENT.md says, and the line of the file that does it. */
const claims: ReadonlyArray<readonly [claim: string, file: string, line: RegExp]> = [
  ['`readOnlyRootFilesystem`', deployment, /^ +readOnlyRootFilesystem: true$/m],
  ['`runAsNonRoot`, user 65532', deployment, /^ +runAsNonRoot: true\n +runAsUser: 65532$/m],
  ['all capabilities dropped, `allowPrivilegeEscalation: false`', deployment, /drop:\n +- ALL$/m],
  ['and AppArmor profile', deployment, /appArmorProfile:\n +type: RuntimeDefault$/m],
  ['an ExternalSecret copies each', 'deploy/kubernetes/base/external-secrets.yaml', /^kind: ExternalSecret$/m],
  ["the runtime's default seccomp profile", deployment, /seccompProfile:\n +type: RuntimeDefault$/m],
  ['no service account token', deployment, /^ +automountServiceAccountToken: false$/m],
  ['no environment variables about other services', deployment, /^ +enableServiceLinks: false$/m],
  ['`/tmp` is 64 MiB in memory', deployment, /medium: Memory\n +sizeLimit: 64Mi$/m],
  ['Kubernetes 1.30 or newer: `lifecycle.preStop.sleep` needs it', deployment, /preStop:\n +sleep:\n +seconds: 5$/m],
  ['(`maxUnavailable: 0`)', deployment, /^ +maxUnavailable: 0$/m],
  [
    'requests 200 millicores and 384 MiB, may use 1000 millicores',
    deployment,
    /requests:\n +cpu: 200m\n +memory: 384Mi\n +limits:\n +cpu: 1000m\n +memory: 384Mi$/m,
  ],
  [
    'every 3 seconds, for at most 60 seconds',
    deployment,
    /startupProbe:\n(?: +.*\n)+? +periodSeconds: 3\n +timeoutSeconds: 2\n +failureThreshold: 20$/m,
  ],
  [
    '`/ready`, every 5 seconds, out after 2 failures',
    deployment,
    /path: \/ready\n(?: +.*\n)+? +periodSeconds: 5\n +timeoutSeconds: 2\n +failureThreshold: 2$/m,
  ],
  ['After 30 seconds it is killed', deployment, /^ +terminationGracePeriodSeconds: 35$/m],
  [
    'Nothing is allowed by default',
    'deploy/kubernetes/base/network-policy.yaml',
    /podSelector: \{\}\n +policyTypes:\n +- Ingress\n +- Egress$/m,
  ],
  [
    'The disruption budget allows one missing replica',
    'deploy/kubernetes/base/pod-disruption-budget.yaml',
    /^ +maxUnavailable: 1$/m,
  ],
  [
    'at least 3 replicas always run',
    'deploy/kubernetes/base/horizontal-pod-autoscaler.yaml',
    /^ +minReplicas: 3\n +maxReplicas: 12$/m,
  ],
  [
    'The namespace enforces the Pod Security standard "restricted"',
    'deploy/kubernetes/overlays/production/namespace.yaml',
    /pod-security\.kubernetes\.io\/enforce: restricted$/m,
  ],
  ['uvicorn writes JSON, one object per line', 'Dockerfile', /^CMD .*"--log-config", "\/observing\/logging\.json"\]$/m],
  [
    'its own lines, requests, and what the code gives',
    'deploy/observing/logging.json',
    /"root": .*"handlers": \["output"\]/,
  ],
  ['Metrics are at `/metrics`', 'deploy/kubernetes/base/service-monitor.yaml', /path: \/metrics$/m],
  ['`deploy/ecs/log-retention.json` sets that on ECS', 'deploy/ecs/log-retention.json', /"retentionInDays": 2192$/m],
  ['Tasks have no public address', 'deploy/ecs/service.json', /"assignPublicIp": "DISABLED"$/m],
  ['a circuit breaker rolls back automatically', 'deploy/ecs/service.json', /"enable": true,\n +"rollback": true$/m],
  ['ECS Exec stays off', 'deploy/ecs/service.json', /"enableExecuteCommand": false/],
  [
    '`/tmp` is 64 MiB in memory, which Fargate has',
    task,
    /"tmpfs": \[\n +\{\n +"containerPath": "\/tmp",\n +"size": 64,/,
  ],
  ['Each secret is taken in a pinned version', 'deploy/cloud-run/service.yaml', /key: "1"/],
  ['outgoing traffic goes through your network', 'deploy/cloud-run/service.yaml', /vpc-access-egress: all-traffic$/m],
  ['No database port is published', 'compose.yaml', /^ {4}internal: true$/m],
  ['`deploy/seccomp.json`', 'compose.yaml', /seccomp=\.\/deploy\/seccomp\.json$/m],
  ['A failing container is restarted five times', 'compose.yaml', /restart: on-failure:5$/m],
  [
    'named by DATABASE_PASSWORD_FILE',
    deployment,
    /name: DATABASE_PASSWORD_FILE\n +value: \/run\/secrets\/database_password$/m,
  ],
  ['must prove its name (`verify-full`)', deployment, /name: PGSSLMODE\n +value: verify-full$/m],
  [
    'the authority in `/etc/database/authority.pem`',
    deployment,
    /name: PGSSLROOTCERT\n +value: \/etc\/database\/authority\.pem$/m,
  ],
  [
    '`ENTRYPOINT`, `CMD` in exec form',
    'Dockerfile',
    /^ENTRYPOINT \["\/usr\/bin\/python3", "-m", "uvicorn"\]\nCMD \["orders\.main:app",/m,
  ],
  ['are questions in `deploy/questions.md`', 'deploy/questions.md', /^- \[ \] Is the database encrypted at rest/m],
  ['Published images are judged again each day', workflow, /cron: 17 4 \* \* \*$/m],
  ['The policy also judges by `known-exploited.json`', workflow, /--known-exploited known-exploited\.json/],
  ['on the strict policy', 'loadline.yaml', /^extends: strict$/m],
]

describe('DEPLOYMENT.md', () => {
  it.each(claims)('says "%s", and %s does it', async (claim, file, line) => {
    const { files } = await made(['hipaa'])
    expect(files['DEPLOYMENT.md']?.toLowerCase()).toContain(claim.toLowerCase())
    expect(files[file]).toMatch(line)
  })

  it.each<[claim: string, file: string, line: RegExp]>([
    ['comes by EKS Pod Identity', 'deploy/kubernetes/aws/pod-identity-association.json', /"serviceAccount": "records"/],
    [
      'a load balancer with HTTPS alone, by ELBSecurityPolicy-TLS13-1-2-Res-2021-06',
      'deploy/kubernetes/base/ingress.yaml',
      /ssl-policy: ELBSecurityPolicy-TLS13-1-2-Res-2021-06$/m,
    ],
    [
      'both for ECS tasks of this account (`deploy/ecs/trust-policy.json`)',
      'deploy/ecs/trust-policy.json',
      /"aws:SourceAccount": "000000000000"/,
    ],
  ])('on EKS says "%s", and %s does it', async (claim, file, line) => {
    const { files } = await records({ host: 'records.example.com' })
    expect(files['DEPLOYMENT.md']).toContain(claim)
    expect(files['DEPLOYMENT.md']).not.toContain('AppArmor')
    expect(files[file]).toMatch(line)
  })

  it.each<[claim: string, file: string, line: RegExp]>([
    ['a tenth of the traces that start here', task, /"OTEL_TRACES_SAMPLER_ARG",\n +"value": "0\.1"/],
    ['On ECS that is the container `records-collector`', task, /"name": "records-collector",\n +"image": "public\.ecr/],
    [
      'writes to AWS X-Ray by the task role',
      'deploy/ecs/task-role-policy.json',
      /"xray:PutTraceSegments",\n +"xray:PutTelemetryRecords"/,
    ],
    [
      'On Cloud Run it is the container `records-collector`',
      'deploy/cloud-run/service.yaml',
      /- name: records-collector\n +image: us-docker\.pkg\.dev\/cloud-ops-agents-artifacts\//,
    ],
    ['writes to Cloud Trace', 'deploy/cloud-run/service.yaml', /exporters\\":\{\\"googlecloud\\":\{\}/],
  ])('of an application that is traced says "%s", and %s does it', async (claim, file, line) => {
    const { files } = await records({ targets: ['ecs', 'cloud-run'] })
    expect(files['DEPLOYMENT.md']?.toLowerCase()).toContain(claim.toLowerCase())
    expect(files[file]).toMatch(line)
  })

  it.each(applications)('of %s names no file that is not there', async (stack) => {
    const { files } = await scaffoldOf(stack, { targets: targetNames, compliance: ['hipaa'], name: 'orders' })
    const there = (path: string) => path in files || Object.keys(files).some((file) => file.startsWith(`${path}/`))
    const named = [...(files['DEPLOYMENT.md'] ?? '').matchAll(/`((?:deploy|\.github)\/[\w./-]+|[\w-]+\.yaml)`/g)].map(
      ([, path = '']) => (path === 'network-policy.yaml' ? `deploy/kubernetes/base/${path}` : path),
    )
    expect(named.length).toBeGreaterThan(5)
    expect(named.filter((path) => !there(path))).toEqual([])
  })

  it('promises nothing for logs, alerts and lists that no file does', async () => {
    for (const compliance of [['hipaa'], ['pci-dss'], ['soc2'], ['internal']]) {
      const text = (await made(compliance)).files['DEPLOYMENT.md'] ?? ''
      expect(text).not.toMatch(
        /Logs are JSON|logs are kept for ninety|Logs are kept for \d|pull through VPC endpoints|initially/,
      )
    }
    expect((await made(['internal'])).files['DEPLOYMENT.md']).not.toContain('known-exploited.json')
    expect((await made(['internal'])).files['DEPLOYMENT.md']).toContain('judged again each week')
  })
})
