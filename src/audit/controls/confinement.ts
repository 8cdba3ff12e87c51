import { on, type Control } from '../control.ts'

const unconfined = /^(unconfined|disabled?)$/i

export const apparmor: Control = {
  id: 'cis-5.2',
  title: 'AppArmor confines the container, where the host has it',
  severity: 'medium',
  remedy: 'Remove apparmor=unconfined: the engine then applies its own profile; or name a narrower one.',
  ofContainer(container) {
    const { apparmor: profile } = container
    if (profile === undefined) return [on(container, 'inherited', 'the default profile of the engine or node applies')]
    return [
      on(container, unconfined.test(profile.value) ? 'fail' : 'pass', `AppArmor profile ${profile.value}`, profile),
    ]
  },
}

export const selinux: Control = {
  id: 'cis-5.3',
  title: 'SELinux confines the container, where the host has it',
  severity: 'medium',
  remedy: 'Remove label=disable, and let volumes be relabelled (:z, :Z) instead.',
  ofContainer(container) {
    const { selinux: label } = container
    if (label === undefined) return [on(container, 'inherited', 'the host decides')]
    return [
      on(
        container,
        /^disable$|^spc_t$|type:spc_t/.test(label.value) ? 'fail' : 'pass',
        `SELinux label ${label.value}`,
        label,
      ),
    ]
  },
}

export const seccomp: Control = {
  id: 'cis-5.22',
  title: 'System calls are filtered',
  severity: 'high',
  remedy: 'Remove seccomp=unconfined; in Kubernetes set seccompProfile: { type: RuntimeDefault }.',
  ofContainer(container) {
    const { seccomp: profile } = container
    if (profile !== undefined)
      return [
        on(container, unconfined.test(profile.value) ? 'fail' : 'pass', `seccomp profile ${profile.value}`, profile),
      ]
    if (container.platform === 'kubernetes')
      return [on(container, 'fail', 'no seccompProfile: Kubernetes filters nothing by default')]
    return [on(container, 'inherited', 'the default profile of the engine applies')]
  },
}

/** A process may keep binding low ports; nothing else is needed to serve (Pod Security Standards, restricted). */
const harmless = new Set(['NET_BIND_SERVICE'])

export const capabilities: Control = {
  id: 'cis-5.4',
  title: 'The container keeps only the capabilities that it needs',
  severity: 'high',
  remedy: 'Drop ALL, and add back what is needed, at most NET_BIND_SERVICE.',
  ofContainer(container) {
    const added = container.capAdd.filter(({ value }) => !harmless.has(value))
    const dropsAll = container.capDrop.some(({ value }) => value === 'ALL')
    const [first] = added
    if (first !== undefined)
      return added.map((capability) => on(container, 'fail', `adds ${capability.value}`, capability, capability.value))
    return [
      on(
        container,
        dropsAll ? 'pass' : 'fail',
        dropsAll ? 'drops ALL' : 'keeps the default capabilities: ALL is not dropped',
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
  ofContainer({ privileged: flag, ...container }) {
    return [
      on(
        container,
        flag?.value === true ? 'fail' : 'pass',
        flag?.value === true ? 'privileged: all the rights of the host' : 'not privileged',
        flag,
      ),
    ]
  },
}

export const noNewPrivileges: Control = {
  id: 'cis-5.26',
  title: 'A process cannot gain rights that it did not start with',
  severity: 'high',
  remedy: 'Set no-new-privileges:true among security_opt; in Kubernetes allowPrivilegeEscalation: false.',
  ofContainer(container) {
    const { noNewPrivileges: flag } = container
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
  remedy: 'Name a numeric user above 0; in Kubernetes runAsNonRoot: true as well.',
  ofContainer(container) {
    const { user, refusesRoot } = container
    if (user !== undefined && /^(root|0)(:|$)/.test(user.value))
      return [on(container, 'fail', `user ${user.value}`, user)]
    if (container.platform === 'kubernetes') {
      if (refusesRoot?.value === true) return [on(container, 'pass', 'runAsNonRoot: true', refusesRoot)]
      return [
        on(
          container,
          user === undefined ? 'fail' : 'pass',
          user === undefined ? 'nothing keeps it from running as root' : `runAsUser ${user.value}`,
          user ?? refusesRoot,
        ),
      ]
    }
    return [
      on(
        container,
        user === undefined ? 'inherited' : 'pass',
        user === undefined ? 'the user of the image (control cis-4.1)' : `user ${user.value}`,
        user,
      ),
    ]
  },
}
