import { describe, expect, it } from 'vitest'
import { auditOf, auditOfNamed, failing, saidOf } from './audit-of.ts'

/** A task definition with one container. */
const task = (container: object, more: object = {}) =>
  JSON.stringify({
    family: 'shop',
    ...more,
    containerDefinitions: [{ name: 'web', image: 'a/b:1.0.0', essential: true, ...container }],
  })
const audited = async (container: object, more: object = {}) => auditOfNamed(task(container, more), 'task.json')

describe('a task definition', () => {
  it.each([
    ['as it is registered', task({ privileged: true })],
    ['as describe-task-definition prints it', `{"taskDefinition": ${task({ privileged: true })}}`],
    ['as YAML', 'family: shop\ncontainerDefinitions:\n  - name: web\n    image: a/b:1.0.0\n    privileged: true\n'],
  ])('%s is found in a tree', async (_how, text) => {
    const document = await auditOf({ 'deploy/task.json': text })
    expect(saidOf(document, 'cis-5.5')).toEqual(["fail: privileged: all of the host's privileges"])
    expect(document).toMatchObject({ judged: { containers: 1 }, inputs: [{ kind: 'ecs' }] })
  })

  it.each([
    ['cis-5.10', {}, { networkMode: 'host' }],
    ['cis-5.16', {}, { pidMode: 'host' }],
    ['cis-5.17', {}, { ipcMode: 'host' }],
    ['cis-5.30', {}, {}],
    ['cis-5.30', {}, { networkMode: 'bridge' }],
    ['cis-5.4', { linuxParameters: { capabilities: { add: ['SYS_ADMIN'], drop: ['ALL'] } } }, {}],
    ['cis-5.11', {}, {}],
    ['cis-5.12', { cpu: 0 }, {}],
    ['cis-5.13', {}, { requiresCompatibilities: ['FARGATE'] }],
    ['cis-5.18', { linuxParameters: { devices: [{ hostPath: '/dev/sda' }] } }, {}],
    ['cis-5.22', { dockerSecurityOptions: ['seccomp:unconfined'] }, {}],
    ['cis-5.26', {}, {}],
    ['cis-5.27', { healthCheck: { command: ['NONE'] } }, {}],
    [
      'cis-5.32',
      { mountPoints: [{ sourceVolume: 's', containerPath: '/s' }] },
      { volumes: [{ name: 's', host: { sourcePath: '/var/run/docker.sock' } }] },
    ],
    ['cis-5.8', { portMappings: [{ containerPort: 80 }] }, { networkMode: 'host' }],
    ['cis-5.8', { portMappings: [{ containerPort: 8080, hostPort: 80 }] }, { networkMode: 'bridge' }],
    ['practice-database-port', { portMappings: [{ containerPort: 5432, hostPort: 5432 }] }, {}],
    ['practice-environment-secret', { environment: [{ name: 'DB_PASSWORD', value: 'hunter2' }] }, {}],
    ['practice-environment-secret', { healthCheck: { command: ['CMD-SHELL', 'mysqladmin -phunter2 ping'] } }, {}],
    ['practice-image-tag', { image: 'a/b' }, {}],
    ['practice-root-user', { user: '0:0' }, {}],
    ['practice-sysctl', { systemControls: [{ namespace: 'kernel.msgmax', value: '1' }] }, {}],
  ])('fails %s: %j %j', async (id, container, more) => {
    expect(failing(await audited(container, more))).toContain(id)
  })

  it.each([
    ['cis-5.11', { memory: 128 }, {}, 'pass'],
    ['cis-5.11', { memory: 0 }, { memory: '512' }, 'pass'],
    ['cis-5.26', { dockerSecurityOptions: ['no-new-privileges'] }, {}, 'pass'],
    ['cis-5.26', {}, { requiresCompatibilities: ['FARGATE'] }, 'inherited'],
    ['cis-5.29', {}, {}, 'inherited'],
    ['cis-5.30', {}, { requiresCompatibilities: ['FARGATE'] }, 'pass'],
    ['practice-database-port', { portMappings: [{ containerPort: 5432 }] }, { networkMode: 'awsvpc' }, 'pass'],
    ['practice-environment-secret', { secrets: [{ name: 'DB_PASSWORD', valueFrom: 'arn:aws:x' }] }, {}, 'pass'],
    ['practice-environment-secret', { environment: [{ name: 'DB_PASSWORD', value: '${password}' }] }, {}, 'pass'],
    ['practice-image-tag', { image: '${repository}:${tag}' }, {}, 'manual'],
    ['practice-image-tag', { image: '<IMAGE1_NAME>' }, {}, 'manual'],
    ['practice-root-user', {}, {}, 'inherited'],
  ])('of %s: %j %j is %s', async (id, container, more, status) => {
    const { controls } = await audited(container, more)
    expect(controls.find((control) => control.id === id)?.status).toBe(status)
  })

  it('knows a container whose end another one waits for', async () => {
    const text = JSON.stringify({
      family: 'shop',
      containerDefinitions: [
        { name: 'migrate', image: 'a/b:1.0.0' },
        { name: 'web', image: 'a/b:1.0.0', dependsOn: [{ containerName: 'migrate', condition: 'SUCCESS' }] },
      ],
    })
    expect(saidOf(await auditOfNamed(text, 'task.json'), 'cis-5.27')).toEqual([
      'fail: no health check is defined',
      'not-applicable: a job that ends by itself',
    ])
  })

  it('that cannot be read is not clean, and names its line', async () => {
    const document = await auditOf({
      'task.json': '{\n "containerDefinitions": [{"name": "a",\n "privileged": "perhaps"}]}',
    })
    expect(document).toMatchObject({ outcome: 'undecided', unread: [{ path: 'task.json', line: 3 }] })
  })

  it('in a template of CloudFormation is said to be not rendered', async () => {
    const document = await auditOf({ 'stack.yaml': 'Resources:\n  T: {Type: "AWS::ECS::TaskDefinition"}\n' })
    expect(document.passedOver).toMatchObject([{ reason: expect.stringContaining('not rendered') as string }])
  })
})
