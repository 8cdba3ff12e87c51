import { fileURLToPath } from 'node:url'
import { dag, type Container } from '@dagger.io/dagger'
import type { Lock } from '../../../src/model/index.ts'
import { pinnedImage } from '../../../src/engine/pinned-image.ts'

const here = fileURLToPath(new URL('./', import.meta.url))

/** What a builder image is given to do. */
export interface BuildpackBuild {
  programs: Record<'lifecycle' | 'launcher', string>
  lock: Lock
  /** Directory of the application. */
  application: string
  /** An OCI layout of the image on which the application will run. */
  runImage: string
}

/**
 * A builder with the real lifecycle and one small buildpack of ours, that has built the application: no builder image can be had on a sealed network. What it wrote lies in /out.
 * To be called inside a session.
 */
export function buildWithBuildpacks({ programs, lock, application, runImage }: BuildpackBuild): Container {
  const debian = pinnedImage('docker.io/library/debian:12-slim', lock)
  if (debian === undefined) throw new Error('the lock has no debian:12-slim')
  const own = { owner: '1000:1000' }
  return dag
    .container()
    .from(debian)
    .withFile('/cnb/lifecycle/creator', dag.host().file(programs.lifecycle), { permissions: 0o755 })
    .withFile('/cnb/lifecycle/launcher', dag.host().file(programs.launcher), { permissions: 0o755 })
    .withDirectory('/cnb/buildpacks/loadline_server/1.0.0', dag.host().directory(`${here}server`))
    .withNewFile('/cnb/order.toml', '[[order]]\n[[order.group]]\nid = "loadline/server"\nversion = "1.0.0"\n')
    .withDirectory('/platform/env', dag.directory())
    .withDirectory('/layers', dag.directory(), own)
    .withDirectory('/workspace', dag.host().directory(application), own)
    .withDirectory('/out/example.com/run/image', dag.host().directory(runImage), own)
    .withExec(['useradd', '--uid', '1000', '--create-home', 'cnb'])
    .withExec(['chown', '1000:1000', '/out', '/out/example.com', '/out/example.com/run'])
    .withEnvVariable('CNB_PLATFORM_API', '0.13')
    .withEnvVariable('CNB_EXPERIMENTAL_MODE', 'warn')
    .withExec([
      '/cnb/lifecycle/creator',
      '-app',
      '/workspace',
      '-layout',
      '-layout-dir',
      '/out',
      '-run-image',
      'example.com/run:image',
      '-run',
      '/nowhere.toml',
      '-uid',
      '1000',
      '-gid',
      '1000',
      '-report',
      '/layers/report.toml',
      'example.com/app:built',
    ])
}
