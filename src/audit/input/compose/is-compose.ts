import { posix } from 'node:path'
import { find, type Placed } from '../placed.ts'

/** Whether it is a name that Compose looks for, or one that people commonly use. */
export function hasComposeName(path: string): boolean {
  return /^(docker-)?compose([._-].*)?\.(ya?ml|json)$/i.test(posix.basename(path))
}

/** Whether Compose merges this file over the default one of its directory automatically. */
export function isOverride(path: string): boolean {
  return /^(docker-)?compose\.override\.ya?ml$/.test(posix.basename(path))
}

/** The files that Compose looks for in a directory; it uses the first that exists. */
export function defaultFiles(directory: string): string[] {
  return ['compose.yaml', 'compose.yml', 'docker-compose.yml', 'docker-compose.yaml'].map((name) =>
    posix.join(directory, name),
  )
}

/** Top-level keys of a compose file. Other formats with services have other keys too. */
const topLevel = /^(name|version|services|jobs|networks|volumes|secrets|configs|models|include|x-.*)$/

/** Keys of a service, at least one of which it must have. */
const makings = ['image', 'build', 'extends', 'provider']

/** Whether documents are a compose file, by their content (`services`) or their file's name. */
export function isCompose(documents: readonly Placed[], path: string): boolean {
  const maps = documents.filter(({ value }) => value instanceof Map)
  if (maps.length === 0) return false
  if (hasComposeName(path))
    return maps.some(({ value }) => [...(value as Map<string, Placed>).keys()].some((key) => topLevel.test(key)))
  return (
    maps.every(({ value }) => [...(value as Map<string, Placed>).keys()].every((key) => topLevel.test(key))) &&
    maps.some(hasService)
  )
}

/** True for the form that compose files had before there were services: Compose no longer reads it, and older programs start what it says. */
export function isFirstForm(documents: readonly Placed[], path: string): boolean {
  const [document] = documents
  if (!hasComposeName(path) || !(document?.value instanceof Map) || document.value.size === 0) return false
  return [...document.value.values()].every((service) =>
    ['image', 'build'].some((key) => find(service, key) !== undefined),
  )
}

function hasService(document: Placed): boolean {
  const services = find(document, 'services')
  if (!(services?.value instanceof Map)) return false
  const all = [...services.value.values()]
  return all.some((service) => makings.some((key) => find(service, key) !== undefined)) || isOverlay(all)
}

/** Keys of a service that only Compose has. */
const ofCompose =
  /^(cap_add|cap_drop|cgroup_parent|container_name|depends_on|device_cgroup_rules|env_file|extra_hosts|mem_limit|network_mode|pids_limit|privileged|read_only|restart|security_opt|use_api_socket|userns_mode|volumes_from)$/
/** Keys of a service that Compose shares with other formats. */
const ofService =
  /^(annotations|blkio_config|cgroup|command|configs|cpu_\w+|cpus|cpuset|deploy|develop|devices|dns|dns_\w+|domainname|entrypoint|environment|expose|external_links|gpus|group_add|healthcheck|hostname|init|ipc|isolation|label_file|labels|links|logging|mac_address|mem\w*|models|networks|oom_\w+|pid|platform|ports|post_start|pre_stop|profiles|pull_policy|runtime|scale|secrets|shm_size|stdin_open|stop_grace_period|stop_signal|storage_opt|sysctls|tmpfs|tty|ulimits|user|uts|volumes|working_dir|x-.+)$/

/** True for services that say nothing but what Compose knows, and no program: a file of them is laid over another one. */
function isOverlay(services: readonly Placed[]): boolean {
  const keys = services.map(({ value }) => (value instanceof Map ? [...value.keys()] : ['no map']))
  return (
    keys.flat().some((key) => ofCompose.test(key)) &&
    keys.flat().every((key) => ofCompose.test(key) || ofService.test(key))
  )
}
