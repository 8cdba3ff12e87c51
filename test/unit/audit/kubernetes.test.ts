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
    ['a kind that nobody knows', object('Whatever', `spec: {deep: {deeper: [{podSpec: {${pod}}}]}}`)],
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
    expect(saidOf(document, 'cis-5.5')).toEqual(['fail: privileged: all the rights of the host'])
    expect(document).toMatchObject({ outcome: 'failed', judged: { containers: 1 }, unjudged: [] })
  })

  it.each(['initContainers', 'ephemeralContainers'])('among %s', async (list) => {
    const text = object(
      'Pod',
      `spec: {containers: [{name: a, image: "a/b:1.0.0"}], ${list}: [{name: c, image: "a/b:1.0.0", securityContext: {privileged: true}}]}`,
      'v1',
    )
    expect(saidOf(await auditOfNamed(text, 'a.yaml'), 'cis-5.5')).toContain(
      'fail: privileged: all the rights of the host',
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

describe('what starts nothing by what is written in it', () => {
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
        reason: expect.stringMatching(/^\w+\/w: a patch of a \w+, which states no container$/) as string,
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
