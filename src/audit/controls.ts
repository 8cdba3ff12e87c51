import type { Control } from './control.ts'
import { hardCodedConfiguration, imageTag, largeImage, runPerLine } from './controls/build-practice.ts'
import {
  apparmor,
  capabilities,
  noNewPrivileges,
  privileged,
  rootUser,
  seccomp,
  selinux,
  sysctls,
} from './controls/confinement.ts'
import { copyNotAdd, secretsInBuild, setuid } from './controls/build-files.ts'
import { contentTrust, healthCheck, scanned, signedArtifacts, trustedBases, user } from './controls/shipped-image.ts'
import { cpu, memory, processCount, restarts, runtimeHealth, ulimits } from './controls/resource-limits.ts'
import {
  bindMounts,
  devices,
  engineSockets,
  hostDirectories,
  mountPropagation,
  readOnlyRoot,
} from './controls/mounts.ts'
import { cgroup, defaultBridge, ipc, network, processes, users, uts } from './controls/namespaces.ts'
import {
  currentImage,
  environmentSecrets,
  obsoleteVersion,
  privilegedExec,
  rootExec,
  swarm,
} from './controls/operation.ts'
import { unneededPackages, updateAlone } from './controls/package-installs.ts'
import { databasePorts, hostInterface, neededPorts, privilegedPorts, sshServer } from './controls/ports.ts'
import { verifiedPackages } from './controls/verified-packages.ts'

/**
 * Every control of the audit, in the order of the benchmark. A new one is an entry in a family's file, a line here and
 * its ID in the policy's list.
 */
export const controls: readonly Control[] = [
  user,
  trustedBases,
  unneededPackages,
  scanned,
  contentTrust,
  healthCheck,
  updateAlone,
  setuid,
  copyNotAdd,
  secretsInBuild,
  verifiedPackages,
  signedArtifacts,
  swarm,
  apparmor,
  selinux,
  capabilities,
  privileged,
  hostDirectories,
  sshServer,
  privilegedPorts,
  neededPorts,
  network,
  memory,
  cpu,
  readOnlyRoot,
  hostInterface,
  restarts,
  processes,
  ipc,
  devices,
  ulimits,
  mountPropagation,
  uts,
  seccomp,
  privilegedExec,
  rootExec,
  cgroup,
  noNewPrivileges,
  runtimeHealth,
  currentImage,
  processCount,
  defaultBridge,
  users,
  engineSockets,
  imageTag,
  largeImage,
  runPerLine,
  hardCodedConfiguration,
  rootUser,
  environmentSecrets,
  bindMounts,
  databasePorts,
  sysctls,
  obsoleteVersion,
]
