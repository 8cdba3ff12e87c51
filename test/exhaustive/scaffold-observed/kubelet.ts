import type { Deployment } from '../../engine/kubernetes-objects.ts'

/** What a cluster holds besides the scaffold's own objects: secrets and configuration by name, and what the pod learns of itself. */
export interface Cluster {
  secrets: Readonly<Record<string, Readonly<Record<string, string>>>>
  configMaps: Readonly<Record<string, Readonly<Record<string, string>>>>
  fields: Readonly<Record<string, string>>
}

/** A container as the kubelet would start it. */
export interface StartedPod {
  environment: Record<string, string>
  /** Text of each mounted file by its path. */
  files: Record<string, string>
  /** Mebibytes of each directory in memory. */
  memory: Record<string, number>
  user: number
  group: number
  port: number
}

interface KeyRef {
  name: string
  key: string
}

interface Variable {
  name: string
  value?: string
  valueFrom?: { secretKeyRef?: KeyRef; configMapKeyRef?: KeyRef; fieldRef?: { fieldPath: string } }
}

interface Items {
  name?: string
  secretName?: string
  items?: Array<{ key: string; path: string }>
}

interface Volume {
  name: string
  emptyDir?: { medium: string; sizeLimit: string }
  secret?: Items
  configMap?: Items
  projected?: { sources: Array<{ secret?: Items; configMap?: Items }> }
}

interface Spec {
  securityContext: { runAsUser: number; runAsGroup: number }
  containers: [
    {
      ports: [{ containerPort: number }]
      env: Variable[]
      volumeMounts: Array<{ name: string; mountPath: string; subPath?: string }>
    },
  ]
  volumes: Volume[]
}

/** Resolves a Deployment's pod as the kubelet does. A reference that leads nowhere is an error, because such a pod does not start. */
export function startedPod(deployment: Deployment, cluster: Cluster): StartedPod {
  const spec = deployment.spec.template.spec as unknown as Spec
  const [container] = spec.containers
  const environment: Record<string, string> = {}
  for (const variable of container.env) {
    // A reference to an earlier variable, as Kubernetes writes it.
    environment[variable.name] = valueOf(variable, cluster).replaceAll(
      /\$\(([A-Za-z0-9_]+)\)/g,
      (whole, name: string) => environment[name] ?? whole,
    )
  }
  const mounts = container.volumeMounts.map((mount) => {
    const volume = spec.volumes.find(({ name }) => name === mount.name)
    if (volume === undefined) throw new Error(`no volume is called ${mount.name}`)
    return { ...mount, volume }
  })
  return {
    environment,
    files: Object.fromEntries(
      mounts.flatMap(({ mountPath, subPath, volume }) =>
        Object.entries(filesOf(volume, cluster))
          .filter(([path]) => subPath === undefined || path === subPath)
          .map(([path, text]) => [subPath === undefined ? `${mountPath}/${path}` : mountPath, text]),
      ),
    ),
    memory: Object.fromEntries(
      mounts.flatMap(({ mountPath, volume: { emptyDir } }) =>
        emptyDir === undefined ? [] : [[mountPath, Number(/^(\d+)Mi$/.exec(emptyDir.sizeLimit)?.[1])]],
      ),
    ),
    user: spec.securityContext.runAsUser,
    group: spec.securityContext.runAsGroup,
    port: container.ports[0].containerPort,
  }
}

function valueOf({ name, value, valueFrom = {} }: Variable, { secrets, configMaps, fields }: Cluster): string {
  const { secretKeyRef, configMapKeyRef, fieldRef } = valueFrom
  const found =
    value ??
    (secretKeyRef && secrets[secretKeyRef.name]?.[secretKeyRef.key]) ??
    (configMapKeyRef && configMaps[configMapKeyRef.name]?.[configMapKeyRef.key]) ??
    (fieldRef && fields[fieldRef.fieldPath])
  if (found === undefined) throw new Error(`the cluster has nothing for ${name}: ${JSON.stringify(valueFrom)}`)
  return found
}

function filesOf({ secret, configMap, projected, emptyDir }: Volume, cluster: Cluster): Record<string, string> {
  if (emptyDir !== undefined) return {}
  const sources = [{ secret, configMap }, ...(projected?.sources ?? [])]
  return Object.assign(
    {},
    ...sources.flatMap((source) => [
      ...(source.secret === undefined ? [] : [chosen(source.secret, cluster.secrets)]),
      ...(source.configMap === undefined ? [] : [chosen(source.configMap, cluster.configMaps)]),
    ]),
  ) as Record<string, string>
}

function chosen({ name, secretName = name ?? '', items }: Items, kept: Cluster['secrets']): Record<string, string> {
  const held = kept[secretName]
  if (held === undefined) throw new Error(`the cluster has no ${secretName}`)
  return Object.fromEntries(
    (items ?? Object.keys(held).map((key) => ({ key, path: key }))).map(({ key, path }) => {
      const text = held[key]
      if (text === undefined) throw new Error(`${secretName} has no ${key}`)
      return [path, text]
    }),
  )
}
