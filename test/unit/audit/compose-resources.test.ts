import { describe, expect, it } from 'vitest'
import { auditOfNamed, failing, saidOf } from './audit-of.ts'

const project = async (service: string, resources: string) =>
  auditOfNamed(`services:\n  web: {image: "a:1.0.0", ${service}}\n${resources}\n`, 'compose.yaml')

describe('a network of the project that is one of the engine', () => {
  it.each([
    ['cis-5.10', 'networks: [n]', 'networks: {n: {external: true, name: host}}'],
    ['cis-5.10', 'networks: {n: {}}', 'networks: {n: {name: host}}'],
    ['cis-5.10', 'networks: [host]', 'networks: {host: {external: true}}'],
    ['cis-5.10', 'networks: [n]', 'networks: {n: {external: {name: host}}}'],
    ['cis-5.10', 'networks: [n]', 'networks: {n: {driver: host}}'],
    ['cis-5.10', 'read_only: true', 'networks: {default: {external: true, name: host}}'],
    ['cis-5.30', 'networks: [n]', 'networks: {n: {external: true, name: bridge}}'],
    ['cis-5.30', 'read_only: true', 'networks: {default: {external: true, name: bridge}}'],
  ])('fails %s: %s, %s', async (id, service, resources) => {
    expect(failing(await project(service, resources))).toContain(id)
  })

  it.each([
    ['networks: [n]', 'networks: {n: {driver: bridge}}'],
    ['networks: [n]', 'networks: {n: {external: true, name: shop}}'],
    ['networks: [n, m]', 'networks: {n: {}, m: {internal: true}}'],
    ['networks: [host]', 'networks: {host: {}}'],
  ])('and one of its own is none: %s, %s', async (service, resources) => {
    const failed = failing(await project(service, resources))
    expect(failed).not.toContain('cis-5.10')
    expect(failed).not.toContain('cis-5.30')
  })

  it('may be named by a variable, which does not count as passed [fault 98]', async () => {
    const document = await project('networks: [n]', 'networks: {n: {external: true, name: "${NETWORK}"}}')
    expect(saidOf(document, 'cis-5.10')).toEqual([
      'manual: possibly shares a network with the host: a variable decides',
    ])
  })
})

describe('what a service is given of its host', () => {
  it.each([
    ['cis-5.18', 'gpus: all', ''],
    ['cis-5.18', 'gpus: [{driver: nvidia, count: 1}]', ''],
    ['cis-5.18', 'deploy: {resources: {reservations: {devices: [{driver: nvidia, capabilities: [gpu]}]}}}', ''],
    ['cis-5.6', 'volumes: ["disk:/x"]', 'volumes: {disk: {driver_opts: {type: ext4, device: /dev/sda1}}}'],
    ['cis-5.12', 'cpu_quota: -1', ''],
    ['cis-5.11', 'mem_limit: -1', ''],
  ])('fails %s: %s %s', async (id, service, resources) => {
    expect(failing(await project(service, resources))).toContain(id)
  })

  it('a processor that it is bound to is a limit, also the first', async () => {
    expect(failing(await project('cpuset: "0"', ''))).not.toContain('cis-5.12')
  })
})

describe('a credential beside the environment', () => {
  it.each([
    ['command: ["--db-password=hunter2"]', ''],
    ['command: "--db-password=hunter2"', ''],
    ['command: ["--requirepass", hunter2]', ''],
    ['healthcheck: {test: "mysqladmin ping -phunter2"}', ''],
    ['healthcheck: {test: [CMD, mysqladmin, ping, -phunter2]}', ''],
    ['post_start: [{command: [sh, -c, "PGPASSWORD=hunter2 psql"]}]', ''],
    ['configs: [c]', 'configs: {c: {content: "user: app\\npassword: hunter2\\n"}}'],
    ['configs: [{source: c, target: /x}]', 'configs: {c: {content: "DB_PASSWORD=hunter2"}}'],
  ])('%s %s', async (service, resources) => {
    const document = await project(service, resources)
    expect(failing(document)).toContain('practice-environment-secret')
    expect(JSON.stringify(document)).not.toContain('hunter2')
  })

  it.each([
    ['healthcheck: {test: "pg_isready -U app"}', ''],
    ['command: ["--password-file=/run/secrets/db"]', ''],
    ['configs: [c]', 'configs: {c: {content: "DB_PASSWORD=${DB_PASSWORD}"}}'],
    ['configs: [c]', 'configs: {c: {file: ./c.txt}}'],
  ])('and none is %s %s', async (service, resources) => {
    expect(failing(await project(service, resources))).not.toContain('practice-environment-secret')
  })
})
