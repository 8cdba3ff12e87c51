import { isUnknown } from '../../formats/unknown-value.ts'
import { eachOr, on, openTo, type Control, type Judgement, type Status } from '../control.ts'
import type { Container, Fact } from '../container.ts'
import { unknownUser, userKind } from '../root-name.ts'

const unconfined = /^(unconfined|disabled?)$/i

export const apparmor: Control = {
  id: 'cis-5.2',
  title: 'AppArmor confines the container, if the host has it',
  severity: 'medium',
  remedy: 'Remove apparmor=unconfined: the engine then applies its own profile; or name a narrower one.',
  ofContainer(container) {
    const { apparmor: profile } = container
    if (profile === undefined) return [on(container, 'inherited', "the engine's or node's default profile applies")]
    return [judgeProfile(container, 'AppArmor', profile)]
  },
}

/** Kubernetes' names for profile types, in fields and in the annotations that preceded them. */
const ofKubernetes = /^(RuntimeDefault|Localhost|(runtime|docker)\/default|localhost\/.+)$/

function judgeProfile(container: Container, what: string, profile: Fact<string>): Judgement {
  const found = `${what} profile ${profile.value}`
  if (isUnknown(profile.value)) return openTo(container, found, profile)
  if (container.platform === 'kubernetes' && !unconfined.test(profile.value) && !ofKubernetes.test(profile.value))
    return on(
      container,
      'fail',
      `${what} profile ${profile.value || 'of no type'}, which Kubernetes does not know`,
      profile,
    )
  return on(container, unconfined.test(profile.value) ? 'fail' : 'pass', found, profile)
}

export const selinux: Control = {
  id: 'cis-5.3',
  title: 'SELinux confines the container, if the host has it',
  severity: 'medium',
  remedy: 'Remove label=disable, and have volumes relabelled (:z, :Z) instead.',
  ofContainer(container) {
    if (container.selinux.length === 0) return [on(container, 'inherited', 'the host decides')]
    return container.selinux.map((label) =>
      on(container, judgeLabel(label.value), `SELinux label ${label.value}`, label, label.value),
    )
  },
}

/**
 * Types that Pod Security Standards allow pass, and so does any level. A type written for this one container may be
 * narrower still, which only people can judge.
 */
function judgeLabel(label: string): Status {
  const [key = ''] = /^\w+/.exec(label) ?? []
  const value = label.slice(key.length).replace(/^:/, '')
  if (key === '' && isUnknown(label)) return 'manual'
  if (key === 'level' || key === 'filetype') return 'pass'
  if (key !== 'type') return 'fail'
  if (/^container_(t|init_t|kvm_t|engine_t)$/.test(value)) return 'pass'
  return /^svirt_\w+_t$|\.process$/.test(value) || isUnknown(value) ? 'manual' : 'fail'
}

export const seccomp: Control = {
  id: 'cis-5.22',
  title: 'System calls are filtered',
  severity: 'high',
  remedy: 'Remove seccomp=unconfined; in Kubernetes set seccompProfile: { type: RuntimeDefault }.',
  ofContainer(container) {
    const { seccomp: profile } = container
    if (profile !== undefined) return [judgeProfile(container, 'seccomp', profile)]
    if (container.platform === 'kubernetes')
      return [on(container, 'fail', 'no seccompProfile: Kubernetes filters nothing by default')]
    return [on(container, 'inherited', "the engine's default profile applies")]
  },
}

/** A process may keep binding low ports; nothing else is needed to serve (Pod Security Standards, restricted). */
const harmless = new Set(['NET_BIND_SERVICE'])

/** The default capabilities of container engines, except NET_BIND_SERVICE. */
const byDefault =
  'AUDIT_WRITE CHOWN DAC_OVERRIDE FOWNER FSETID KILL MKNOD NET_RAW SETFCAP SETGID SETPCAP SETUID SYS_CHROOT'.split(' ')

export const capabilities: Control = {
  id: 'cis-5.4',
  title: 'The container keeps only the capabilities that it needs',
  severity: 'high',
  remedy: 'Drop ALL, and add back what is needed, at most NET_BIND_SERVICE.',
  ofContainer(container) {
    const added = container.capAdd.filter(({ value }) => !harmless.has(value))
    const dropped = new Set(container.capDrop.map(({ value }) => value))
    const dropsAll = dropped.has('ALL') || byDefault.every((capability) => dropped.has(capability))
    const [first] = added
    const open = dropsAll ? undefined : container.capDrop.find(({ value }) => isUnknown(value))
    if (first !== undefined)
      return added.map((capability) => {
        const found = `adds ${capability.value}`
        return isUnknown(capability.value)
          ? openTo(container, found, capability, capability.value)
          : on(container, 'fail', found, capability, capability.value)
      })
    if (open !== undefined) return [openTo(container, `drops ${open.value}`, open)]
    return [
      on(
        container,
        dropsAll ? 'pass' : 'fail',
        dropsAll ? 'drops its default capabilities' : 'keeps the default capabilities: ALL is not dropped',
        container.capDrop[0],
      ),
    ]
  },
}

export const privileged: Control = {
  id: 'cis-5.5',
  title: 'No container is privileged',
  severity: 'critical',
  remedy: 'Remove the flag; give the one capability or device that is needed, under an exception.',
  ofContainer(container) {
    const { privileged: flag, escapes } = container
    const others = escapes.map((escape) =>
      isUnknown(escape.value)
        ? openTo(container, escape.value, escape, escape.value)
        : on(container, 'fail', escape.value, escape, escape.value),
    )
    if (flag?.value === true)
      return [on(container, 'fail', "privileged: all of the host's privileges", flag), ...others]
    if (flag?.value === 'unknown') return [openTo(container, 'possibly privileged', flag), ...others]
    return eachOr(others, on(container, 'pass', 'not privileged', flag))
  },
}

export const noNewPrivileges: Control = {
  id: 'cis-5.26',
  title: 'Processes cannot gain privileges',
  severity: 'high',
  remedy: 'Add no-new-privileges:true to security_opt; in Kubernetes set allowPrivilegeEscalation: false.',
  ofContainer(container) {
    const { noNewPrivileges: flag } = container
    if (flag?.value === 'unknown') return [openTo(container, 'new privileges are possibly allowed', flag)]
    const denied = flag?.value === true
    return [
      on(
        container,
        denied ? 'pass' : 'fail',
        denied
          ? 'new privileges are refused'
          : flag === undefined
            ? 'nothing refuses new privileges'
            : 'new privileges are allowed',
        flag,
      ),
    ]
  },
}

export const rootUser: Control = {
  id: 'practice-root-user',
  title: 'No container is started as root',
  severity: 'high',
  remedy: 'Set a numeric user above 0; in Kubernetes also runAsNonRoot: true.',
  ofContainer(container) {
    const { user, refusesRoot } = container
    const kind = user === undefined || user.value === '' ? undefined : userKind(user.value)
    if (kind === 'root') return [on(container, 'fail', `user ${user?.value}`, user)]
    if (kind === 'unknown') return [on(container, 'manual', unknownUser(user?.value ?? ''), user)]
    if (container.platform === 'kubernetes') {
      if (refusesRoot?.value === true) return [on(container, 'pass', 'runAsNonRoot: true', refusesRoot)]
      if (refusesRoot?.value === 'unknown' && user === undefined)
        return [openTo(container, 'possibly runs as root', refusesRoot)]
      return [
        on(
          container,
          user === undefined ? 'fail' : 'pass',
          user === undefined ? 'nothing prevents it from running as root' : `runAsUser ${user.value}`,
          user ?? refusesRoot,
        ),
      ]
    }
    return [
      on(
        container,
        kind === undefined ? 'inherited' : 'pass',
        kind === undefined ? 'the user of the image (control cis-4.1)' : `user ${user?.value}`,
        user,
      ),
    ]
  },
}

/** Kernel parameters that affect only the container and are safe (Pod Security Standards, baseline). */
const safe =
  /^(kernel\.shm_rmid_forced|net\.ipv4\.(ip_local_port_range|ip_unprivileged_port_start|tcp_syncookies|ping_group_range|ip_local_reserved_ports|tcp_keepalive_time|tcp_fin_timeout|tcp_keepalive_intvl|tcp_keepalive_probes|tcp_rmem|tcp_wmem|tcp_slow_start_after_idle|tcp_notsent_lowat))$/

export const sysctls: Control = {
  id: 'practice-sysctl',
  title: 'Kernel parameters are left alone, except for those that affect only the container',
  severity: 'medium',
  remedy: 'Remove the parameter, or allow it by an exception that says why.',
  ofContainer(container) {
    if (container.sysctls.length === 0) return [on(container, 'pass', 'sets none')]
    return container.sysctls.map((parameter) => {
      const { value } = parameter
      const status = isUnknown(value) ? 'manual' : safe.test(value) ? 'pass' : 'fail'
      return on(container, status, `sets ${value}`, parameter, value)
    })
  },
}
