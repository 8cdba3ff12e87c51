import { posix } from 'node:path'
import { isMap, parse, parseAllDocuments } from 'yaml'
import { adds, all, dropsNotAll, hostPaths, hostPorts, type Labelled, type Suite } from './suites.ts'

/** Suites that judge objects of Kubernetes. A file of theirs often holds several objects, each with a label of its own. */

/** An object of a file, as it is written there. */
interface WrittenObject {
  kind: string
  name: string
  text: string
}

function objectsIn(text: string): WrittenObject[] {
  return parseAllDocuments(text).flatMap((document) => {
    if (!isMap(document.contents)) return []
    const [kind, name] = [document.get('kind'), document.getIn(['metadata', 'name'])]
    const written = text.slice(document.range[0], document.range[2])
    return [{ kind: String(kind), name: String(name), text: written }]
  })
}

/** What Pod Security forbids to add where it is not strict: what engines do not give by default. */
const addsMore = [
  {
    control: 'cis-5.4' as const,
    says: /^adds (?!(AUDIT_WRITE|CHOWN|DAC_OVERRIDE|FOWNER|FSETID|KILL|MKNOD|SETFCAP|SETGID|SETPCAP|SETUID|SYS_CHROOT)$)/,
  },
]
const unfiltered = [{ control: 'cis-5.22' as const, says: /^seccomp profile / }]
const hostNamespaces = all('cis-5.10', 'cis-5.16', 'cis-5.17')

/** The newest version of the standards that the suite has pods for. */
const newestStandard = 'v1.37'

/** What Kubernetes itself admits and refuses by its Pod Security Standards. */
const podSecurity: Suite = {
  repository: 'kubernetes/pod-security-admission',
  labelled(path, text) {
    const [, standard = '', version, label, check = ''] =
      /testdata\/(baseline|restricted)\/([^/]+)\/(pass|fail)\/([a-z_]+?)\d*\.yaml$/.exec(path) ?? []
    return version === newestStandard ? [{ path, text, check: `${standard} ${check}`, isGood: label === 'pass' }] : []
  },
  checks: {
    'baseline apparmorprofile': all('cis-5.2'),
    'baseline capabilities_baseline': addsMore,
    'baseline hostnamespaces': hostNamespaces,
    'baseline hostpathvolumes': hostPaths,
    'baseline hostports': hostPorts,
    'baseline privileged': all('cis-5.5'),
    'baseline procmount': all('cis-5.5'),
    'baseline seccompprofile_baseline': unfiltered,
    'baseline selinuxoptions': all('cis-5.3'),
    'baseline sysctls': all('practice-sysctl'),
    'baseline windowshostprocess': all('cis-5.5'),
    'restricted allowprivilegeescalation': all('cis-5.26'),
    'restricted capabilities_restricted': all('cis-5.4'),
    'restricted procmount_restricted': all('cis-5.5'),
    'restricted runasnonroot': all('practice-root-user'),
    'restricted runasuser': all('practice-root-user'),
    'restricted seccompprofile_restricted': all('cis-5.22'),
  },
}

interface KyvernoTest {
  resources?: string[]
  results?: Array<{ kind?: string; resources?: string[]; result?: string; rule?: string }>
}

const kyverno: Suite = {
  repository: 'kyverno/policies',
  labelled(path, text, read) {
    const [, check] = /([^/]+)\/\.kyverno-test\/kyverno-test\.yaml$/.exec(path) ?? []
    if (check === undefined) return []
    const { resources = [], results = [] } = parse(text) as KyvernoTest
    const objects = resources
      .filter((file) => !file.includes('..'))
      .flatMap((file) => objectsIn(read(posix.join(posix.dirname(path), file)) ?? ''))
    return objects.flatMap((object): Labelled[] => {
      const own = results.filter(
        ({ kind, resources: names = [] }) => kind === object.kind && names.includes(object.name),
      )
      // The rules of one policy belong together, but for this one, where each is about something else.
      const rules = check === 'disallow-capabilities-strict' ? [...new Set(own.map(({ rule = '' }) => rule))] : ['']
      return rules.flatMap((rule) => {
        const said = own.filter((one) => rule === '' || one.rule === rule).map(({ result }) => result)
        const label = said.includes('fail') ? 'fail' : said.every((one) => one === 'pass') ? said[0] : undefined
        const isGood = label === 'pass'
        return label === undefined
          ? []
          : [{ path: `${path}/${object.kind}/${object.name}`, text: object.text, check: rule || check, isGood }]
      })
    })
  },
  checks: {
    'disallow-capabilities': addsMore,
    'adding-capabilities-strict': adds,
    'require-drop-all': dropsNotAll,
    'disallow-cri-sock-mount': all('cis-5.32'),
    'disallow-host-namespaces': hostNamespaces,
    'disallow-host-path': hostPaths,
    'disallow-host-ports': hostPorts,
    'disallow-host-process': all('cis-5.5'),
    'disallow-latest-tag': all('practice-image-tag'),
    'disallow-privilege-escalation': all('cis-5.26'),
    'disallow-privileged-containers': all('cis-5.5'),
    'disallow-proc-mount': all('cis-5.5'),
    'disallow-selinux': all('cis-5.3'),
    'require-pod-requests-limits': all('cis-5.11', 'cis-5.12'),
    'require-probes': all('cis-5.27'),
    'require-ro-rootfs': all('cis-5.13'),
    'require-run-as-non-root-user': [{ control: 'practice-root-user', says: /^user / }],
    'require-run-as-nonroot': all('practice-root-user'),
    'restrict-apparmor-profiles': all('cis-5.2'),
    'restrict-seccomp': unfiltered,
    'restrict-seccomp-strict': all('cis-5.22'),
    'restrict-sysctls': all('practice-sysctl'),
  },
}

interface KubescapeAlert {
  alertObject?: { k8sApiObjects?: Array<{ kind?: string; metadata?: { name?: string } }> }
}

const kubescape: Suite = {
  repository: 'kubescape/regolibrary',
  labelled(path, text, read) {
    const [, check, directory = ''] = /rules\/([^/]+)\/(test\/[^/]+)\/input\/[^/]+\.ya?ml$/.exec(path) ?? []
    if (check === undefined) return []
    const expected = read(`${path.slice(0, path.lastIndexOf(directory))}${directory}/expected.json`)
    if (expected === undefined) return []
    const alerts = (JSON.parse(expected) as KubescapeAlert[]).flatMap(
      ({ alertObject }) => alertObject?.k8sApiObjects ?? [],
    )
    return objectsIn(text).map(({ kind, name, text: written }) => ({
      path: `${path}/${kind}/${name}`,
      text: written,
      check,
      isGood: !alerts.some((alert) => alert.kind === kind && alert.metadata?.name === name),
    }))
  },
  checks: {
    'alert-any-hostpath': hostPaths,
    'configured-liveness-probe': all('cis-5.27'),
    'container-hostPort': hostPorts,
    'containers-mounting-docker-socket': all('cis-5.32'),
    'host-ipc-privileges': all('cis-5.17'),
    'host-network-access': all('cis-5.10'),
    'host-pid-privileges': all('cis-5.16'),
    'immutable-container-filesystem': all('cis-5.13'),
    'insecure-capabilities': adds,
    'non-root-containers': all('practice-root-user'),
    'resources-memory-limits': all('cis-5.11'),
    'rule-allow-privilege-escalation': all('cis-5.26'),
    'rule-privileged-container': [...all('cis-5.5'), { control: 'cis-5.4', says: /^adds SYS_ADMIN$/ }],
  },
}

const kubeLinter: Suite = {
  repository: 'stackrox/kube-linter',
  labelled(path, text) {
    const [, check] = /tests\/checks\/([\w-]+)\.ya?ml$/.exec(path) ?? []
    if (check === undefined) return []
    return objectsIn(text).map(({ kind, name, text: written }) => ({
      path: `${path}/${kind}/${name}`,
      text: written,
      check,
      isGood: name.startsWith('dont-fire'),
    }))
  },
  checks: {
    'docker-sock': all('cis-5.32'),
    'env-var-secret': all('practice-environment-secret'),
    'host-ipc': all('cis-5.17'),
    'host-network': all('cis-5.10'),
    'host-pid': all('cis-5.16'),
    'latest-tag': all('practice-image-tag'),
    'no-liveness-probe': all('cis-5.27'),
    'no-read-only-root-fs': all('cis-5.13'),
    'privilege-escalation-container': all('cis-5.26'),
    'privileged-container': all('cis-5.5'),
    'run-as-non-root': all('practice-root-user'),
    'sensitive-host-mounts': all('cis-5.6'),
    'ssh-port': all('cis-5.7'),
    'unsafe-proc-mount': all('cis-5.5'),
    'unsafe-sysctls': all('practice-sysctl'),
    'unset-memory-requirements': all('cis-5.11'),
    'writable-host-mount': hostPaths,
  },
}

export const kubernetesSuites: Readonly<Record<string, Suite>> = {
  kubelinter: kubeLinter,
  kubescape,
  kyverno,
  podsecurity: podSecurity,
}
