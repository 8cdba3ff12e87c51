import { describe, expect, it } from 'vitest'
import { auditOf, auditOfNamed, failing, saidOf } from './audit-of.ts'

const pod = 'containers: [{name: c, image: "a/b:1.0.0", securityContext: {privileged: true}}]'
const object = (kind: string, body: string, version = 'example.com/v1') =>
  `apiVersion: ${version}\nkind: ${kind}\nmetadata: {name: w}\n${body}\n`

describe('a pod, whatever kind holds it', () => {
  it.each([
    ['Pod', object('Pod', `spec: {${pod}}`, 'v1')],
    ['PodTemplate', object('PodTemplate', `template: {spec: {${pod}}}`, 'v1')],
    ['Deployment', object('Deployment', `spec: {template: {spec: {${pod}}}}`, 'apps/v1')],
    ['CronJob', object('CronJob', `spec: {jobTemplate: {spec: {template: {spec: {${pod}}}}}}`, 'batch/v1')],
    ['Argo Rollout', object('Rollout', `spec: {template: {spec: {${pod}}}}`, 'argoproj.io/v1alpha1')],
    ['Knative Service', object('Service', `spec: {template: {spec: {${pod}}}}`, 'serving.knative.dev/v1')],
    [
      'OpenShift DeploymentConfig',
      object('DeploymentConfig', `spec: {template: {spec: {${pod}}}}`, 'apps.openshift.io/v1'),
    ],
    ['OpenKruise CloneSet', object('CloneSet', `spec: {template: {spec: {${pod}}}}`, 'apps.kruise.io/v1alpha1')],
    [
      'Volcano Job',
      object('Job', `spec: {tasks: [{name: t, template: {spec: {${pod}}}}]}`, 'batch.volcano.sh/v1alpha1'),
    ],
    ['KEDA ScaledJob', object('ScaledJob', `spec: {jobTargetRef: {template: {spec: {${pod}}}}}`, 'keda.sh/v1alpha1')],
    ['JobSet', object('JobSet', `spec: {replicatedJobs: [{name: r, template: {spec: {template: {spec: {${pod}}}}}}]}`)],
    [
      'PyTorchJob',
      object('PyTorchJob', `spec: {pytorchReplicaSpecs: {Master: {template: {spec: {${pod}}}}}}`, 'kubeflow.org/v1'),
    ],
    ['RayCluster', object('RayCluster', `spec: {headGroupSpec: {template: {spec: {${pod}}}}}`, 'ray.io/v1')],
    [
      'Elasticsearch',
      object('Elasticsearch', `spec: {nodeSets: [{podTemplate: {spec: {${pod}}}}]}`, 'elasticsearch.k8s.elastic.co/v1'),
    ],
    [
      'Argo Workflow',
      object(
        'Workflow',
        'spec: {templates: [{name: t, container: {image: "a/b:1.0.0", securityContext: {privileged: true}}}]}',
        'argoproj.io/v1alpha1',
      ),
    ],
    [
      'Argo CronWorkflow with a script',
      object(
        'CronWorkflow',
        'spec: {workflowSpec: {templates: [{name: t, script: {image: "a/b:1.0.0", securityContext: {privileged: true}}}]}}',
        'argoproj.io/v1alpha1',
      ),
    ],
    [
      'Tekton Task',
      object(
        'Task',
        'spec: {steps: [{name: s, image: "a/b:1.0.0", securityContext: {privileged: true}}]}',
        'tekton.dev/v1',
      ),
    ],
    [
      'List',
      `apiVersion: v1\nkind: List\nitems:\n  - apiVersion: apps/v1\n    kind: Deployment\n    metadata: {name: w}\n    spec: {template: {spec: {${pod}}}}\n`,
    ],
    [
      'DeploymentList',
      `apiVersion: apps/v1\nkind: DeploymentList\nitems:\n  - apiVersion: apps/v1\n    kind: Deployment\n    metadata: {name: w}\n    spec: {template: {spec: {${pod}}}}\n`,
    ],
    ['an unknown kind', object('Whatever', `spec: {deep: {deeper: [{podSpec: {${pod}}}]}}`)],
    [
      'JSON',
      JSON.stringify({
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: 'w' },
        spec: { containers: [{ name: 'c', image: 'a/b:1.0.0', securityContext: { privileged: true } }] },
      }),
    ],
  ])('%s', async (_kind, text) => {
    const document = await auditOfNamed(text, 'a.yaml')
    expect(saidOf(document, 'cis-5.5')).toEqual(["fail: privileged: all of the host's privileges"])
    expect(document).toMatchObject({ outcome: 'failed', judged: { containers: 1 }, unjudged: [] })
  })

  it.each(['initContainers', 'ephemeralContainers'])('among %s', async (list) => {
    const text = object(
      'Pod',
      `spec: {containers: [{name: a, image: "a/b:1.0.0"}], ${list}: [{name: c, image: "a/b:1.0.0", securityContext: {privileged: true}}]}`,
      'v1',
    )
    expect(saidOf(await auditOfNamed(text, 'a.yaml'), 'cis-5.5')).toContain(
      "fail: privileged: all of the host's privileges",
    )
  })

  it('behind a document of somebody else', async () => {
    const document = await auditOf({ 'a.yaml': `replicas: 2\n---\n${object('Pod', `spec: {${pod}}`, 'v1')}` })
    expect(failing(document)).toContain('cis-5.5')
    expect(document.passedOver).toEqual([
      { path: 'a.yaml', reason: 'line 1: neither a compose file nor a Kubernetes manifest' },
    ])
  })

  it('names containers of one name by where they stand', async () => {
    const text = object(
      'Job',
      `spec: {tasks: [{template: {spec: {${pod}}}}, {template: {spec: {${pod}}}}]}`,
      'batch.volcano.sh/v1alpha1',
    )
    const { controls } = await auditOfNamed(text, 'a.yaml')
    expect(controls.find(({ id }) => id === 'cis-5.5')?.evidence.map(({ about }) => about)).toEqual([
      'Job/w/spec.tasks.0.template.spec/c',
      'Job/w/spec.tasks.1.template.spec/c',
    ])
  })
})

describe('a list', () => {
  const item = `{metadata: {name: w}, spec: {${pod}}}`
  it.each([
    ['of one kind, whose items leave it out', `apiVersion: v1\nkind: PodList\nitems: [${item}]\n`, 'Pod/w/c'],
    ['whose items say no kind', `apiVersion: v1\nkind: List\nitems: [${item}]\n`, 'Object/w/c'],
    ['with nothing among its items', `apiVersion: v1\nkind: PodList\nitems: [null, ${item}]\n`, 'Pod/w/c'],
  ])('%s is judged whole', async (_what, text, about) => {
    const { controls, unread } = await auditOf({ 'a.yaml': text })
    expect(unread).toEqual([])
    expect(controls.find(({ id }) => id === 'cis-5.5')?.evidence).toMatchObject([{ status: 'fail', about }])
  })

  it('that holds something other than an object is not clean', async () => {
    const document = await auditOf({ 'a.yaml': 'apiVersion: v1\nkind: List\nitems: [1]\n' })
    expect(document).toMatchObject({ outcome: 'undecided', unread: [{ path: 'a.yaml', line: 3 }] })
  })
})

describe('a variable that is filled in before Kubernetes sees it', () => {
  const container = (lines: string) =>
    object('Pod', `spec: {containers: [{name: c, image: "a:1.0.0", ${lines}}]}`, 'v1')
  it.each([
    ['image', object('Pod', 'spec: {containers: [{name: c, image: "${IMAGE}"}]}', 'v1'), 'practice-image-tag'],
    ['tag', object('Pod', 'spec: {containers: [{name: c, image: "a:${TAG}"}]}', 'v1'), 'practice-image-tag'],
    ['right in the words of Helm', container('securityContext: {privileged: "{{ .Values.privileged }}"}'), 'cis-5.5'],
    [
      'tag in the words of Jinja',
      object('Pod', 'spec: {containers: [{name: c, image: "a:{{ tag }}"}]}', 'v1'),
      'practice-image-tag',
    ],
    ['right', container('securityContext: {privileged: "${{PRIVILEGED}}"}'), 'cis-5.5'],
    [
      'right without quotes',
      object(
        'Pod',
        'spec:\n  containers:\n  - name: c\n    image: a:1.0.0\n    securityContext:\n      privileged: ${PRIVILEGED}',
        'v1',
      ),
      'cis-5.5',
    ],
    ['host process', container('securityContext: {windowsOptions: {hostProcess: "${HP}"}}'), 'cis-5.5'],
    ['mask of /proc', container('securityContext: {procMount: "${PM}"}'), 'cis-5.5'],
    ['user', container('securityContext: {runAsUser: "${UID}"}'), 'practice-root-user'],
    ['port', container('ports: [{containerPort: 80, hostPort: "${PORT}"}]'), 'cis-5.8'],
    ['limit', container('resources: {limits: {memory: "${MEMORY}"}}'), 'cis-5.11'],
    [
      'network',
      object('Pod', 'spec: {hostNetwork: "${HOST}", containers: [{name: c, image: "a:1"}]}', 'v1'),
      'cis-5.10',
    ],
    [
      'path',
      object(
        'Pod',
        'spec: {containers: [{name: c, image: "a:1", volumeMounts: [{name: v, mountPath: /x}]}], volumes: [{name: v, hostPath: {path: "${P}"}}]}',
        'v1',
      ),
      'cis-5.6',
    ],
  ])('%s: manual, and never a pass [fault 98]', async (_what, text, id) => {
    const document = await auditOf({ 'a.yaml': text })
    expect(document.unread).toEqual([])
    expect(document.controls.find((control) => control.id === id)?.status).toBe('manual')
  })

  it.each(['${TAG:-latest}', '${TAG:=latest}', '${TAG=latest}'])('%s has its default', async (written) => {
    const text = object('Pod', `spec: {containers: [{name: c, image: "a:${written}"}]}`, 'v1')
    expect(saidOf(await auditOf({ 'a.yaml': text }), 'practice-image-tag')).toEqual(['fail: a:latest'])
  })

  it('is not a credential; one that is escaped, or has a default, can be', async () => {
    const said = async (value: string) =>
      failing(await auditOf({ 'a.yaml': container(`env: [{name: DB_PASSWORD, value: "${value}"}]`) }))
    expect(await said('${DB_PASSWORD}')).not.toContain('practice-environment-secret')
    expect(await said('$ecret')).toContain('practice-environment-secret')
    expect(await said('${DB_PASSWORD:-hunter2}')).toContain('practice-environment-secret')
  })
})

describe('a step of a workflow', () => {
  const image = 'image: "a/b:1.0.0"'
  it.each([
    [
      'cis-5.5',
      object('Task', `spec: {stepTemplate: {securityContext: {privileged: true}}, steps: [{name: s, ${image}}]}`),
    ],
    ['cis-5.10', object('Workflow', `spec: {hostNetwork: true, templates: [{name: t, container: {${image}}}]}`)],
    [
      'practice-root-user',
      object(
        'CronWorkflow',
        `spec: {workflowSpec: {securityContext: {runAsUser: 0}, templates: [{name: t, script: {${image}}}]}}`,
      ),
    ],
    [
      'cis-5.32',
      object(
        'Workflow',
        `spec: {volumes: [{name: v, hostPath: {path: /run/docker.sock}}], templates: [{name: t, container: {${image}, volumeMounts: [{name: v, mountPath: /x}]}}]}`,
      ),
    ],
    [
      'cis-5.10',
      object(
        'PipelineRun',
        `spec: {taskRunTemplate: {podTemplate: {hostNetwork: true}}, pipelineSpec: {tasks: [{name: t, taskSpec: {steps: [{name: s, ${image}}]}}]}}`,
      ),
    ],
  ])('fails %s by what stands above it', async (id, text) => {
    expect(failing(await auditOfNamed(text, 'a.yaml'))).toContain(id)
  })

  it('of another kind has nothing above it that counts', async () => {
    const text = object(
      'Deployment',
      `spec: {securityContext: {runAsUser: 7}, template: {spec: {containers: [{name: c, ${image}}]}}}`,
    )
    expect(failing(await auditOfNamed(text, 'a.yaml'))).toContain('practice-root-user')
  })

  it('under a patch that is a text is named as not judged', async () => {
    const text = object('Workflow', `spec: {podSpecPatch: "{}", templates: [{name: t, container: {${image}}}]}`)
    expect((await auditOfNamed(text, 'a.yaml')).unjudged).toMatchObject([
      { about: 'Workflow/w', reason: expect.stringContaining('podSpecPatch') as string },
    ])
  })
})

describe('a credential in what a container runs beside its program', () => {
  it.each([
    'args: ["--db-password=hunter2"]',
    'args: [serve, --db-password, hunter2]',
    'livenessProbe: {exec: {command: [mysqladmin, ping, -phunter2]}}',
    'lifecycle: {postStart: {exec: {command: [sh, -c, "PGPASSWORD=hunter2 psql"]}}}',
  ])('%s', async (line) => {
    const text = object('Pod', `spec: {containers: [{name: c, image: "a:1", ${line}}]}`, 'v1')
    const document = await auditOfNamed(text, 'a.yaml')
    expect(failing(document)).toContain('practice-environment-secret')
    expect(JSON.stringify(document)).not.toContain('hunter2')
  })
})

it.each(['memory: 0', 'memory: "0"', 'cpu: "0"'])('a limit of zero is no limit: %s', async (limit) => {
  const text = object('Pod', `spec: {containers: [{name: c, image: "a:1", resources: {limits: {${limit}}}}]}`, 'v1')
  expect(failing(await auditOfNamed(text, 'a.yaml'))).toContain(limit.startsWith('cpu') ? 'cis-5.12' : 'cis-5.11')
})

it('a document that begins with a byte order mark is one', async () => {
  const text = `apiVersion: v1\nkind: ConfigMap\n---\n\uFEFF${object('Pod', `spec: {${pod}}`, 'v1')}`
  expect(failing(await auditOf({ 'a.yaml': text }))).toContain('cis-5.5')
})

describe('an object that starts nothing by its own content', () => {
  it.each([
    ['a kind that holds no pod', object('ConfigMap', 'data: {a: "containers: [{image: x}]"}', 'v1'), []],
    [
      'a definition of a kind, however deep',
      object(
        'CustomResourceDefinition',
        `spec: {a: ${'{a: '.repeat(150)}1${'}'.repeat(150)}}`,
        'apiextensions.k8s.io/v1',
      ),
      [],
    ],
    ['an empty list', 'apiVersion: v1\nkind: List\nitems: []\n', []],
    ['a kind of an operator', object('PostgresCluster', 'spec: {instances: [{replicas: 2}]}'), ['PostgresCluster/w']],
    [
      'a patch that opens the host',
      object('Deployment', 'spec: {template: {spec: {hostNetwork: true}}}', 'apps/v1'),
      ['Deployment/w'],
    ],
    [
      'a patch that mounts the host',
      object('DaemonSet', 'spec: {template: {spec: {volumes: [{name: a, hostPath: {path: /}}]}}}', 'apps/v1'),
      ['DaemonSet/w'],
    ],
    [
      'a patch that says as whom a pod runs',
      object('StatefulSet', 'spec: {template: {spec: {securityContext: {runAsUser: 0}}}}', 'apps/v1'),
      ['StatefulSet/w'],
    ],
    [
      'a file of skaffold',
      'apiVersion: skaffold/v4beta6\nkind: Config\nbuild: {artifacts: [{image: x}]}\n',
      ['Config/'],
    ],
  ])('%s: alone it is no pass, and beside something it fails nothing', async (_what, text, unjudged) => {
    const alone = await auditOfNamed(text, 'a.yaml')
    expect(alone).toMatchObject({ outcome: 'undecided', judged: { dockerfiles: 0, containers: 0 } })
    expect(alone.unjudged.map(({ about }) => about)).toEqual(unjudged)
    const beside = await auditOf({ 'a.yaml': text, Dockerfile: 'FROM scratch\nUSER 7\nHEALTHCHECK CMD ["/a"]\n' })
    expect(beside).toMatchObject({ outcome: 'passed', judged: { dockerfiles: 1 } })
    expect(beside.unjudged.map(({ about }) => about)).toEqual(unjudged)
    expect(await auditOf({ 'a.yaml': text }, { allowEmpty: true })).toMatchObject({ outcome: 'passed' })
  })
})

describe('a patch that states no container', () => {
  it.each([
    ['of a number', object('Deployment', 'spec: {replicas: 3}', 'apps/v1')],
    ['of where pods run', object('Deployment', 'spec: {template: {spec: {nodeSelector: {a: b}}}}', 'apps/v1')],
    ['that closes what was open', object('Pod', 'spec: {hostNetwork: false}', 'v1')],
    [
      'of a volume',
      object(
        'CronJob',
        'spec: {jobTemplate: {spec: {template: {spec: {volumes: [{name: a, emptyDir: {}}]}}}}}',
        'batch/v1',
      ),
    ],
    [
      'in a list',
      `apiVersion: v1\nkind: List\nitems:\n  - {apiVersion: apps/v1, kind: Deployment, metadata: {name: w}, spec: {replicas: 2}}\n`,
    ],
  ])('%s is passed over in a directory and is no pass where it is named [faults 96, 97]', async (_what, text) => {
    const beside = await auditOf({ 'a.yaml': text, Dockerfile: 'FROM scratch\nUSER 7\nHEALTHCHECK CMD ["/a"]\n' })
    expect(beside).toMatchObject({ outcome: 'passed', unjudged: [] })
    expect(beside.passedOver).toEqual([
      {
        path: 'a.yaml',
        reason: expect.stringMatching(/^\w+\/w: a patch of a \w+ without containers$/) as string,
      },
    ])
    const named = await auditOfNamed(text, 'a.yaml')
    expect(named).toMatchObject({ outcome: 'undecided', passedOver: [] })
    expect(named.unjudged).toHaveLength(1)
  })
})

describe('what is left out', () => {
  it('of a patch fails nothing, and what it states does', async () => {
    const text = object(
      'Deployment',
      'spec: {template: {spec: {containers: [{name: c, securityContext: {privileged: true}}]}}}',
      'apps/v1',
    )
    expect(failing(await auditOfNamed(text, 'a.yaml'))).toEqual(['cis-5.5'])
  })

  it('of a service of Cloud Run is decided there, where containers run in a sandbox', async () => {
    const run = (annotations: string) =>
      `apiVersion: serving.knative.dev/v1\nkind: Service\nmetadata: {name: w, annotations: {${annotations}}}\nspec: {template: {spec: {containers: [{name: c, image: "a/b:1.0.0"}]}}}\n`
    expect(failing(await auditOfNamed(run('run.googleapis.com/ingress: all'), 'a.yaml'))).toEqual([])
    expect(failing(await auditOfNamed(run('a: b'), 'a.yaml'))).toContain('cis-5.4')
  })
})

describe('a pod that has the rights of the host by another name', () => {
  it.each([
    ['cis-5.5', '{name: c, image: "a:1", securityContext: {windowsOptions: {hostProcess: true}}}', ''],
    ['cis-5.5', '{name: c, image: "a:1"}', 'securityContext: {windowsOptions: {hostProcess: true}}, '],
    ['cis-5.5', '{name: c, image: "a:1", securityContext: {procMount: Unmasked}}', ''],
    ['cis-5.3', '{name: c, image: "a:1", securityContext: {seLinuxOptions: {type: spc_t}}}', ''],
    ['cis-5.3', '{name: c, image: "a:1", securityContext: {seLinuxOptions: {user: sysadm_u}}}', ''],
    ['practice-sysctl', '{name: c, image: "a:1"}', 'securityContext: {sysctls: [{name: kernel.msgmax, value: "1"}]}, '],
    [
      'practice-root-user',
      '{name: c, image: "a:1", securityContext: {windowsOptions: {runAsUserName: ContainerAdministrator}}}',
      '',
    ],
    [
      'cis-5.6',
      '{name: c, image: "a:1", volumeMounts: [{name: v, mountPath: /x, subPath: lib/docker}]}',
      'volumes: [{name: v, hostPath: {path: /var}}], ',
    ],
    ['cis-5.6', '{name: c, image: "a:1"}', 'volumes: [{name: v, hostPath: {path: /etc}}], '],
    [
      'cis-5.32',
      '{name: c, image: "a:1", volumeMounts: [{name: v, mountPath: /x}]}',
      'volumes: [{name: v, hostPath: {path: /run/crio/crio.sock}}], ',
    ],
  ])('%s: %s %s', async (id, container, more) => {
    expect(
      failing(await auditOfNamed(object('Pod', `spec: {${more}containers: [${container}]}`, 'v1'), 'a.yaml')),
    ).toContain(id)
  })

  it('is limited where its pod is', async () => {
    const text = object(
      'Pod',
      'spec: {resources: {limits: {memory: 1Gi, cpu: "1"}}, containers: [{name: c, image: "a:1"}]}',
      'v1',
    )
    expect(failing(await auditOfNamed(text, 'a.yaml'))).not.toContain('cis-5.11')
  })
})

it.each(['0', '00', '0x0', '0o0', '0b0', '0_0', '-0', '0.0'])('runAsUser: %s is root', async (id) => {
  const text = `apiVersion: v1\nkind: Pod\nspec: {containers: [{name: c, image: "a:1", securityContext: {runAsUser: ${id}}}]}\n`
  expect(failing(await auditOfNamed(text, 'a.yaml'))).toContain('practice-root-user')
})
