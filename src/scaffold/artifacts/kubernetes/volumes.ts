import type { Application } from '../../application.ts'
import { backingServices } from '../../backing-services.ts'
import { runtimeOf } from '../../resources.ts'
import { authority } from '../../database-tls.ts'
import { passwordFiles, secretFolder } from '../environment.ts'
import { collectorAuthority } from '../tracing.ts'

/** What a pod mounts, and where. */
interface Mounted {
  mounts: object[]
  volumes: object[]
}

/** Everything that the pod mounts: the only directory to write to, passwords, and the authorities of its neighbours. */
export function volumesOf(application: Application): Mounted {
  const { temporary } = runtimeOf(application)
  const others = [secretsOf(application), certificatesOf(application), collectorOf(application)]
  return {
    mounts: [{ name: 'temporary', mountPath: '/tmp' }, ...others.flatMap(({ mounts }) => mounts)],
    volumes: [
      { name: 'temporary', emptyDir: { medium: 'Memory', sizeLimit: `${temporary}Mi` } },
      ...others.flatMap(({ volumes }) => volumes),
    ],
  }
}

/** The authority of the collector, without which the pod does not start: an operator that hands out authorities makes such a ConfigMap, or a person does. */
function collectorOf({ name, tracing }: Application): Mounted {
  if (tracing === undefined) return { mounts: [], volumes: [] }
  const { folder, file } = collectorAuthority
  const configMap = { name: `${name}-collector-authority`, items: [{ key: file, path: file }] }
  return {
    mounts: [{ name: 'collector-authority', mountPath: folder, readOnly: true }],
    volumes: [{ name: 'collector-authority', configMap }],
  }
}

/** The passwords that the code reads from files: one volume for all. */
function secretsOf(application: Application): Mounted {
  const files = passwordFiles(application)
  if (files.length === 0) return { mounts: [], volumes: [] }
  const sources = files.map(({ service }) => ({
    secret: {
      name: `${application.name}-${service}`,
      items: [{ key: 'password', path: backingServices[service].secretFile }],
    },
  }))
  return {
    mounts: [{ name: 'secrets', mountPath: secretFolder, readOnly: true }],
    volumes: [{ name: 'secrets', projected: { defaultMode: 0o440, sources } }],
  }
}

/** The certificates of the database's authority, from the overlay: a changed one has another name, so that pods are replaced. */
function certificatesOf({ name, databaseTls }: Application): Mounted {
  if (databaseTls === undefined) return { mounts: [], volumes: [] }
  return {
    mounts: [{ name: 'database-authority', mountPath: authority.folder, readOnly: true }],
    volumes: [{ name: 'database-authority', configMap: { name: `${name}-database-authority`, defaultMode: 0o444 } }],
  }
}
