import { expect, it } from 'vitest'
import { parse } from 'yaml'
import { records } from './records.ts'
import { documentsOf, objectFaults } from './schemas.ts'

it('an application that speaks no HTTP is checked by a connection everywhere', async () => {
  const { files, notes } = await records(
    { health: 'tcp', ready: undefined, targets: ['kubernetes', 'compose', 'ecs', 'cloud-run'] },
    withoutPaths,
  )
  const deployment = files['deploy/kubernetes/base/deployment.yaml'] ?? ''
  expect(documentsOf(deployment).flatMap(objectFaults)).toEqual([])
  expect(deployment.match(/tcpSocket:\n +port: http\n/g)).toHaveLength(3)
  expect(deployment).not.toContain('httpGet')
  expect(files['Dockerfile']).toContain('"tcp://127.0.0.1:8000"]')
  expect(files['compose.yaml']).toContain('- tcp://127.0.0.1:8000\n')
  expect(files['deploy/ecs/task-definition.json']).toContain('"tcp://127.0.0.1:8000"')
  const run = parse(files['deploy/cloud-run/service.yaml'] ?? '') as {
    spec: { template: { spec: { containers: [Record<string, unknown>] } } }
  }
  expect(run.spec.template.spec.containers[0]).toHaveProperty('startupProbe.tcpSocket')
  expect(run.spec.template.spec.containers[0]).not.toHaveProperty('livenessProbe')
  expect(notes.join('\n')).toContain('Its health is a connection alone')
})

const withoutPaths = { 'app.py': 'app = FastAPI()\n' }
