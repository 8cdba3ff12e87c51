import type { Policy } from '../../policy/schema.ts'
import { parseBytes } from '../../model/units.ts'

/** The OCI runtime in the sandbox's container. */
const runtime = '/usr/bin/crun'

/** Runs an image as the plan says: its root file system is a directory that may be written to, and its configuration is the archive's own. */
export function runImage(program: string, paths: { plan: string; configuration: string; root: string }): string[] {
  return [program, 'run', runtime, paths.plan, paths.configuration, paths.root]
}

/** The plan that `sandbox` reads: what the policy says of the run, in bytes and seconds. `seccomp` is the text of a profile. */
export function sandboxPlan({ runtime: wanted, configuration }: Policy, seccomp: string | undefined): string {
  return JSON.stringify({
    schemaVersion: 1,
    environment: wanted.environment,
    minimumUid: configuration.minimumUid,
    memory: parseBytes(wanted.memory),
    pids: wanted.pids,
    cpus: wanted.cpus,
    tmpfs: wanted.tmpfs,
    seccomp: seccomp === undefined ? null : JSON.parse(seccomp),
    probe: planProbe(wanted.probe),
    readySeconds: wanted.readySeconds,
    stopSeconds: wanted.stopSeconds,
    services: Object.entries(wanted.services).map(([name, { ports }]) => ({ name, ports })),
  })
}

function planProbe(probe: Policy['runtime']['probe']): Record<string, string | number> {
  if (probe === 'healthcheck') return { kind: 'healthcheck' }
  return 'http' in probe ? { kind: 'http', ...probe.http } : { kind: 'tcp', ...probe.tcp }
}
