import { basename } from 'node:path'
import { parse } from 'yaml'
import type { ControlId } from '../../src/policy/control-ids.ts'

/** What of a control a check of somebody else is about: the whole of it, or failures that say this. */
export interface About {
  control: ControlId
  says?: RegExp
}

/** A text that the authors of a suite call good or bad. */
export interface Labelled {
  path: string
  text: string
  check: string
  isGood: boolean
}

/** A public test suite: how it labels, and which of its checks Loadline has as well. Those that are not listed are about what no control of ours is about. */
export interface Suite {
  repository: string
  /** `read` gives another file of the suite. */
  labelled(path: string, text: string, read: (path: string) => string | undefined): Labelled[]
  checks: Readonly<Record<string, readonly About[]>>
}

export const all = (...controls: ControlId[]): About[] => controls.map((control) => ({ control }))
export const adds: About[] = [{ control: 'cis-5.4', says: /^adds / }]
export const dropsNotAll: About[] = [{ control: 'cis-5.4', says: /ALL is not dropped/ }]
export const hostPorts = all('cis-5.8', 'cis-5.14')
export const hostPaths = all('cis-5.6', 'cis-5.32', 'practice-bind-mount')

const polaris: Suite = {
  repository: 'FairwindsOps/polaris',
  labelled(path, text) {
    const [, check = '', label] = /test\/checks\/(\w+)\/(success|failure)[^/]*\.ya?ml$/.exec(path) ?? []
    return label === undefined ? [] : [{ path, text, check, isGood: label === 'success' }]
  },
  checks: {
    cpuLimitsMissing: all('cis-5.12'),
    dangerousCapabilities: adds,
    hostIPCSet: all('cis-5.17'),
    hostNetworkSet: all('cis-5.10'),
    hostPIDSet: all('cis-5.16'),
    hostPathSet: hostPaths,
    hostPortSet: hostPorts,
    hostProcess: all('cis-5.5'),
    insecureCapabilities: all('cis-5.4'),
    livenessProbeMissing: all('cis-5.27'),
    memoryLimitsMissing: all('cis-5.11'),
    notReadOnlyRootFilesystem: all('cis-5.13'),
    privilegeEscalationAllowed: all('cis-5.26'),
    procMount: all('cis-5.5'),
    runAsPrivileged: all('cis-5.5'),
    runAsRootAllowed: all('practice-root-user'),
    sensitiveContainerEnvVar: all('practice-environment-secret'),
    tagNotSpecified: all('practice-image-tag'),
  },
}

const checkov: Suite = {
  repository: 'bridgecrewio/checkov',
  labelled(path, text) {
    const [, check = ''] = /(?:checks\/example_|resources\/)(\w+)\//.exec(path) ?? []
    const label = path.slice(path.indexOf(check) + check.length)
    const [isGood, isBad] = [/pass|success/i.test(label), /fail/i.test(label)]
    // Some files hold objects of both kinds.
    return check === '' || isGood === isBad ? [] : [{ path, text, check, isGood }]
  },
  checks: {
    AddExists: all('cis-4.9'),
    AllowPrivilegeEscalation: all('cis-5.26'),
    AllowedCapabilities: adds,
    AllowedCapabilitiesSysAdmin: adds,
    DockerSocketVolume: all('cis-5.32'),
    DropCapabilities: dropsNotAll,
    EnvGitSslNoVerify: all('cis-4.11'),
    EnvNodeTlsRejectUnauthorized: all('cis-4.11'),
    EnvNpmConfigStrictSsl: all('cis-4.11'),
    EnvPipTrustedHost: all('cis-4.11'),
    EnvPythonHttpsVerify: all('cis-4.11'),
    ExposePort22: all('cis-5.7'),
    HealthcheckExists: all('cis-4.6'),
    HostPort: hostPorts,
    ImageTagFixed: all('practice-image-tag'),
    PrivilegedContainers: all('cis-5.5'),
    ReadOnlyFilesystem: all('cis-5.13'),
    ReferenceLatestTag: all('practice-image-tag'),
    RootContainers: all('practice-root-user'),
    RootUser: all('cis-4.1'),
    RunApkAllowUntrusted: all('cis-4.11'),
    RunAptGetAllowUnauthenticated: all('cis-4.11'),
    RunAptGetForceYes: all('cis-4.11'),
    RunChpasswd: all('cis-4.10'),
    RunNpmConfigSetStrictSsl: all('cis-4.11'),
    RunPipTrustedHost: all('cis-4.11'),
    RunRpmNoSignature: all('cis-4.11'),
    RunUnsafeCurl: all('cis-4.11'),
    RunUnsafeWget: all('cis-4.11'),
    RunYumConfigManagerSslVerify: all('cis-4.11'),
    RunYumNoGpgCheck: all('cis-4.11'),
    Seccomp: all('cis-5.22'),
    UpdateNotAlone: all('cis-4.7'),
    UserExists: all('cis-4.1'),
  },
}

const trivy: Suite = {
  repository: 'aquasecurity/trivy-checks',
  labelled(path, text) {
    const check = basename(path).replace(/(_test)?\.(ya?ml|rego)$/, '')
    if (!/checks\/(docker|kubernetes)\//.test(path)) return []
    if (path.endsWith('_test.rego')) return regoTests(path, text, check)
    if (!/\.ya?ml$/.test(path)) return []
    const examples = parse(text) as Record<string, { good?: string[]; bad?: string[] } | undefined>
    const kind = path.includes('checks/docker/') ? 'dockerfile' : 'kubernetes'
    const { good = [], bad = [] } = examples[kind] ?? {}
    const file = (label: string, index: number) =>
      `${path}/${label}${index}${kind === 'dockerfile' ? '.Dockerfile' : '.yaml'}`
    return [
      ...good.map((example, index) => ({ path: file('good', index), text: example, check, isGood: true })),
      ...bad.map((example, index) => ({ path: file('bad', index), text: example, check, isGood: false })),
    ]
  },
  checks: {
    CPU_not_limited: all('cis-5.12'),
    SYS_ADMIN_capability: adds,
    SYS_MODULE_capability: adds,
    access_to_host_ports: hostPorts,
    add_instead_of_copy: all('cis-4.9'),
    apparmor_policy_disabled: all('cis-5.2'),
    can_elevate_its_own_privileges: all('cis-5.26'),
    capabilities_no_drop_all: dropsNotAll,
    file_system_not_read_only: all('cis-5.13'),
    host_ipc: all('cis-5.17'),
    host_network: all('cis-5.10'),
    host_pid: all('cis-5.16'),
    hostpath_volumes_mounted: hostPaths,
    latest_tag: all('practice-image-tag'),
    memory_not_limited: all('cis-5.11'),
    mounts_docker_socket: all('cis-5.32'),
    non_default_proc_masks_set: all('cis-5.5'),
    port22: all('cis-5.7'),
    privileged: all('cis-5.5'),
    root_user: all('cis-4.1'),
    runs_as_root: all('practice-root-user'),
    runtime_default_seccomp_profile_not_set: all('cis-5.22'),
    selinux_custom_options_set: all('cis-5.3'),
    specific_capabilities_added: adds,
    unsafe_sysctl_options_set: all('practice-sysctl'),
    update_instruction_alone: all('cis-4.7'),
    uses_image_tag_latest: all('practice-image-tag'),
  },
}

/** Tests of a policy whose input is an object of Kubernetes: `r := deny with input as {...}`, and how many of `r` are expected. */
function regoTests(path: string, text: string, check: string): Labelled[] {
  return [...text.matchAll(/^test_(\w+)[^\n]*\{\n(.*?)^\}/gms)].flatMap(([, name = '', body = '']) => {
    const begin = body.indexOf('with input as {')
    const wanted = /count\(\w+\)\s*(==|>|>=|!=)\s*(\d+)/.exec(body)
    const input = begin === -1 ? undefined : balanced(body, body.indexOf('{', begin))
    if (input === undefined || wanted === null || !input.includes('apiVersion')) return []
    const isGood = wanted[1] === '==' && wanted[2] === '0'
    return [{ path: `${path}/${name}.yaml`, text: input.replaceAll('\t', '  '), check, isGood }]
  })
}

function balanced(text: string, from: number): string | undefined {
  let open = 0
  for (const match of text.slice(from).matchAll(/"(?:\\.|[^"\\])*"|[{}]/g)) {
    if (match[0] === '{') open++
    else if (match[0] === '}' && --open === 0) return text.slice(from, from + match.index + 1)
  }
  return undefined
}

function haskellTexts(source: string): string[] {
  return [...source.matchAll(/"((?:\\\s+\\|\\.|[^"\\])*)"/gs)].map(([, text = '']) =>
    text.replaceAll(/\\\s+\\/g, '').replaceAll(/\\(.)/gs, (_whole, letter: string) => (letter === 'n' ? '\n' : letter)),
  )
}

const hadolint: Suite = {
  repository: 'hadolint/hadolint',
  labelled(path, text) {
    const [check] = /DL\d{4}(?=Spec\.hs$)/.exec(path) ?? []
    if (check === undefined) return []
    const lines = /let \w+\s*=\s*(?:Text\.unlines\s*)?\[(.*?)\]\s*in\s+(?:do\s+)?ruleCatches(Not)?/gs
    const one = /ruleCatches(Not)?\s+"DL\d{4}"\s+("(?:\\\s+\\|\\.|[^"\\])*")/gs
    const found = [
      ...[...text.matchAll(lines)].map(([, written = '', not]) => ({ written, not })),
      ...[...text.matchAll(one)].map(([, not, written = '']) => ({ written, not })),
    ]
    return found.map(({ written, not }, index) => {
      const example = haskellTexts(written).join('\n')
      return {
        path: `${path}/${index}.Dockerfile`,
        text: /^\s*FROM\s/im.test(example) ? example : `FROM debian:12\n${example}`,
        check,
        isGood: not !== undefined,
      }
    })
  },
  checks: {
    DL3002: [{ control: 'cis-4.1', says: /^USER / }],
    DL3006: all('practice-image-tag'),
    DL3007: all('practice-image-tag'),
    DL3015: [{ control: 'cis-4.3', says: /--no-install-recommends/ }],
    DL3020: all('cis-4.9'),
  },
}

export const suites: Readonly<Record<string, Suite>> = { checkov, hadolint, polaris, trivy }
