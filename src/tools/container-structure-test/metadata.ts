import type { Inspection } from '../inspect/output.ts'

/**
 * The metadata file of container-structure-test's host driver, which has the form of an OCI image configuration, made from an inspection.
 * An inspection holds no values of environment variables, so tests that compare one fail: where there are such tests, give the driver
 * the configuration itself (`extractConfiguration`), which never leaves the containers.
 */
export function toMetadata({ platform, config }: Inspection): string {
  const [os, architecture] = platform.split('/')
  const asSet = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, {}]))
  return JSON.stringify({
    os,
    architecture,
    config: {
      User: config.user,
      // The driver crashes on a variable without "=".
      Env: config.environment.map((name) => `${name}=`),
      Entrypoint: config.entrypoint,
      Cmd: config.cmd,
      WorkingDir: config.workingDir,
      Labels: config.labels,
      ExposedPorts: asSet(config.exposedPorts),
      Volumes: asSet(config.volumes),
    },
  })
}
