import type { Policy } from '../../policy/schema.ts'
import { parseBytes } from '../../model/units.ts'
import type { CommandTests, StructureTests } from '../container-structure-test/structure-test-file.ts'

/** The OCI runtime in the sandbox's container. */
const runtime = '/usr/bin/crun'

/**
 * Runs an image as the plan says: its root file system is a writable directory, and its configuration is the archive's own.
 */
export function runImage(program: string, paths: { plan: string; configuration: string; root: string }): string[] {
  return [program, 'run', runtime, paths.plan, paths.configuration, paths.root]
}

/** Asks on which kernel, and at what time of its machine, a run would be started now. */
export function askHere(program: string): string[] {
  return [program, 'here']
}

/** What a run is to find out about an image, beside whether it becomes ready. */
export interface Asking {
  /**
   * Any port that accepts connections makes the image ready, one of these if possible; without it, the policy's probe
   * decides.
   */
  expectedPorts?: readonly number[]
  /** Paths to request on every port on which it listens. */
  paths: readonly string[]
}

/** The plan that `sandbox` reads: the policy's settings for the run, in bytes and seconds. `seccomp` is the text of a profile. */
export function sandboxPlan(
  { runtime: wanted, configuration }: Policy,
  seccomp: string | undefined,
  asking?: Asking,
): string {
  return JSON.stringify({
    schemaVersion: 1,
    environment: wanted.environment,
    minimumUid: configuration.minimumUid,
    memory: parseBytes(wanted.memory),
    pids: wanted.pids,
    cpus: wanted.cpus,
    tmpfs: wanted.tmpfs,
    seccomp: seccomp === undefined ? null : JSON.parse(seccomp),
    probe:
      asking?.expectedPorts === undefined
        ? planProbe(wanted.probe)
        : { kind: 'listening', ports: asking.expectedPorts },
    readySeconds: wanted.readySeconds,
    stopSeconds: wanted.stopSeconds,
    services: Object.entries(wanted.services).map(([name, { ports }]) => ({ name, ports })),
    ...(asking === undefined ? {} : { ask: asking.paths }),
  })
}

/** Asks whether the kernel starts programs of an architecture, itself or by an emulator. */
export function askEmulation(program: string, architecture: string): string[] {
  return [program, 'emulates', architecture]
}

/** Where the program finds what a command test needs. */
export interface TestPaths {
  plan: string
  configuration: string
  root: string
}

/** Runs a judge of command tests, `argv`, which starts this program for each of them: see `testPlan`. */
export function judgeCommands(program: string, argv: readonly string[]): string[] {
  return [program, 'tests', ...argv]
}

/** Runs a program with the image as its root, to check its files. */
export function insideImage(program: string, root: string, argv: readonly string[]): string[] {
  return [program, 'within', root, ...argv]
}

/**
 * Command tests as the judge gets them, each command prefixed with the program that runs it in its own container, and
 * the plan of what each needs there. Teardown is unnecessary, because each test's copy of the image is discarded.
 */
export function testPlan(
  program: string,
  { plan, configuration, root }: TestPaths,
  { commandTests, globalEnvVars = [] }: CommandTests,
  { runtime: limits }: Policy,
): { plan: string; tests: StructureTests } {
  const tests = commandTests.map((test, index) => ({
    ...test,
    setup: [],
    teardown: [],
    envVars: [],
    command: program,
    args: ['command', runtime, plan, configuration, root, `${index}`, test.command, ...(test.args ?? [])],
  }))
  return {
    plan: JSON.stringify({
      schemaVersion: 1,
      memory: parseBytes(limits.memory),
      pids: limits.pids,
      cpus: limits.cpus,
      tests: commandTests.map(({ envVars = [], setup = [] }) => ({
        environment: [...globalEnvVars, ...envVars].map(({ key, value }) => ({ key, value: String(value) })),
        setup: setup.map((words) => words.map(String)),
      })),
    }),
    tests: { schemaVersion: '2.0.0', commandTests: tests },
  }
}

function planProbe(probe: Policy['runtime']['probe']): Record<string, string | number> {
  if (probe === 'healthcheck') return { kind: 'healthcheck' }
  return 'http' in probe ? { kind: 'http', ...probe.http } : { kind: 'tcp', ...probe.tcp }
}
