import type { ShellCommand } from '../../formats/shell.ts'
import { isUnknown } from '../../formats/unknown-value.ts'
import { programsRun, type AuditedStep } from '../audited-dockerfile.ts'
import { eachOr, onFile, type Control } from '../control.ts'
import { butUnread } from './package-installs.ts'

export const verifiedPackages: Control = {
  id: 'cis-4.11',
  title: 'Packages are verified before they are installed',
  severity: 'high',
  remedy:
    'Let the package manager verify signatures, install from lock files with hashes, and compare downloads with a checksum stated in the Dockerfile.',
  ofDockerfile(file) {
    const runs = file.steps.filter(({ keyword }) => keyword === 'RUN')
    return eachOr(
      [
        ...programsRun(file.steps).flatMap(({ command, step }) =>
          switchedOff(command).map((found) => onFile(file, 'fail', found.slice(0, 80), step.line)),
        ),
        ...file.steps.flatMap((step) => variablesOf(step).map((found) => onFile(file, 'fail', found, step.line))),
        ...file.steps.flatMap(({ keyword, heredocs, line }) =>
          keyword === 'RUN'
            ? []
            : heredocs.flatMap(({ text }) => inConfiguration(text).map((found) => onFile(file, 'fail', found, line))),
        ),
      ],
      onFile(
        file,
        'manual',
        `no verification appears to be disabled; decide whether every source is verified${butUnread(runs)}`,
      ),
    )
  },
}

/** What a command does without verification. */
function switchedOff(command: ShellCommand): string[] {
  return [
    ...new Set([
      ...(runsDownload(command) ? [`${command.name} runs a download directly`] : []),
      ...optionsOff(command),
      ...command.assignments.filter(isVariableOff).map(({ name, value }) => `${name}=${value}`),
      ...(command.name === 'go' && command.args[0] === 'env'
        ? assignmentsIn(command.args)
            .filter(isVariableOff)
            .map(({ name, value }) => `go env -w ${name}=${value}`)
        : []),
      ...inConfiguration([...command.args, ...command.texts].join('\n').replaceAll('\\n', '\n')),
      ...(command.writesTo.some((file) => /\bcurlrc$/.test(file)) &&
      /^(-k|(--)?insecure)$/m.test(command.args.join('\n'))
        ? ["insecure in curl's configuration"]
        : []),
    ]),
  ]
}

const downloaders = /^(curl|wget|fetch|aria2c|http|https|axel|lynx|xh)$/
const interpreters =
  /^((ba|da|z|k|a|fi|tc|c)?sh|python[\d.]*|pypy\d?|perl|ruby|node|nodejs|deno|bun|php|lua|pwsh|source|\.|eval)$/

const shells = /^(ba|da|z|k|a|fi|tc|c)?sh$/

/**
 * A download that goes straight into an interpreter: through a pipe, `$(...)`, `<(...)`. One that is only a program's
 * argument does not count.
 */
function runsDownload({ name, args, inputFrom, wordsFrom }: ShellCommand): boolean {
  if (!interpreters.test(name)) return false
  const flag = args.findIndex((word) => (shells.test(name) ? /^-[a-z]*c$/ : /^-[a-zA-Z]*[ceEr]$/).test(word))
  const operands = args.filter(
    (word, index) => (!word.startsWith('-') || word === '-') && !/^[-+][a-z]*o$/.test(args[index - 1] ?? ''),
  )
  const program = flag === -1 ? operands[0] : args[flag + 1]
  if (program !== undefined && isUnknown(program.trimStart().slice(0, 1)))
    return wordsFrom.some((from) => downloaders.test(from.name))
  if (flag !== -1 || !inputFrom.some((from) => downloaders.test(from.name))) return false
  return (
    program === undefined || program === '-' || program === '/dev/stdin' || args.some((word) => /^-[a-z]*s$/.test(word))
  )
}

/** Options that disable a program's verification. */
const options: ReadonlyArray<{ program: RegExp; off: RegExp }> = [
  { program: /^curl$/, off: /^(-[a-jl-zA-Z#]*k[a-zA-Z]*|--insecure|--proxy-insecure|--doh-insecure)$/ },
  { program: /^wget$/, off: /^--no-check-certificate$/ },
  { program: /^aria2c$/, off: /^--check-certificate=false$/ },
  { program: /^(http|https)$/, off: /^--verify=(no|false)$/ },
  {
    program: /^(apt|apt-get|aptitude|add-apt-repository)$/,
    off: /^(--allow-unauthenticated|--force-yes|--allow-insecure-repositories|(-o)?APT::Get::AllowUnauthenticated=(true|1|yes)|(-o)?Acquire::(AllowInsecureRepositories|AllowWeakRepositories)=(true|1|yes)|(-o)?Acquire::https?:.*Verify-(Peer|Host)=(false|0|no))$/i,
  },
  { program: /^dpkg$/, off: /^--force-(bad-verify|all)$/ },
  {
    program: /^(yum|dnf|microdnf|tdnf|yum-config-manager|dnf-config-manager|zypper)$/,
    off: /^(--nogpgcheck|--no-gpgchecks?|--no-gpg-checks?|--gpgcheck=0|(--setopt=)?[\w.*-]*(sslverify|gpgcheck|repo_gpgcheck|localpkg_gpgcheck)=(0|false|no|off))$/i,
  },
  { program: /^rpm$/, off: /^--(nosignature|nodigest|noverify)$/ },
  { program: /^apk$/, off: /^(--allow-untrusted|--no-check-certificate)$/ },
  {
    program: /^(pip|pip3|pipx|pip[\d.]+|python[\d.]*|uv|poetry|pipenv|easy_install)$/,
    off: /^(--trusted-host(=.*)?|--allow-insecure-host(=.*)?|--no-verify-ssl)$/,
  },
  { program: /^(npm|pnpm|yarn|npx)$/, off: /^--(no-strict-ssl|strict-ssl=false)$/ },
  { program: /^gem$/, off: /^(-P|--trust-policy=?)NoSecurity$/ },
  { program: /^composer$/, off: /^--(disable-tls)$/ },
  {
    program: /^(mvn|gradle|mvnw|\.\/mvnw)$/,
    off: /^-D(maven\.wagon\.http\.ssl\.(insecure|allowall)=true|aether\.connector\.https\.securityMode=insecure)$/,
  },
  { program: /^(ssh|scp|sftp|rsync|git)$/, off: /StrictHostKeyChecking[= ]?no/i },
  { program: /^git$/, off: /^http\..*sslVerify=(false|0|no)$/i },
  {
    program: /^(docker|podman|buildah|skopeo)$/,
    off: /^(--(src-|dest-)?tls-verify=(false|0)|--insecure-policy)$/,
  },
  {
    program: /^(kubectl|helm|oc|argocd|flux|vault)$/,
    off: /^--?(insecure-skip-tls-verify|tls-skip-verify|insecure)(=true)?$/,
  },
  {
    program: /^(crane|oras|regctl|cosign)$/,
    off: /^--(insecure|allow-insecure-registry|insecure-ignore-tlog)(=true)?$/,
  },
  { program: /^aws$/, off: /^--no-verify-ssl$/ },
  { program: /^(ansible-galaxy)$/, off: /^(-c|--ignore-certs)$/ },
  { program: /^(choco)$/, off: /^--(ignore-checksums?|allow-empty-checksums)$/ },
  { program: /^(nix|nix-env|nix-build)$/, off: /^--no-check-sigs$/ },
  { program: /^flatpak$/, off: /^--no-gpg-verify$/ },
  { program: /^svn$/, off: /^--trust-server-cert(-failures=.*)?$/ },
  { program: /^(hg)$/, off: /^--insecure$/ },
]

/** Settings that several words of a command make, e.g. `git config http.sslVerify false`. */
const settings: ReadonlyArray<{ program: RegExp; off: RegExp }> = [
  { program: /^sed$/, off: /\b(gpgcheck|sslverify) ?= ?(0|false)\b|SigLevel[^\n]{0,40}Never/i },
  { program: /^git$/, off: /\bhttp\.(\S+\.)?sslverify (false|0|no|off)\b/i },
  {
    program: /^(npm|pnpm|yarn)$/,
    off: /\b(?:config|set) (?:\S+ )*?(strict-ssl|enableStrictSsl|strictSsl)[ =](false|0)\b/i,
  },
  { program: /^(pip|pip3|pip[\d.]+)$/, off: /\bconfig set (\S+ )*?\S*trusted-host\b/ },
  { program: /^conda$|^mamba$/, off: /\bconfig (\S+ )*?ssl_verify (false|no|0)\b/i },
  { program: /^composer$/, off: /\bconfig (\S+ )*?(disable-tls true|secure-http false)\b/ },
  {
    program: /^(apt|apt-get)$/,
    off: /-o (APT::Get::AllowUnauthenticated|Acquire::AllowInsecureRepositories)[= ](true|1|yes)/i,
  },
  { program: /^(yum-config-manager|dnf|yum)$/, off: /--setopt[= ]\S*(sslverify|gpgcheck)=(0|false|no)/i },
  { program: /^bundle(r)?$/, off: /\bconfig (\S+ )*?ssl_verify_mode 0\b/ },
  { program: /^(gem)$/, off: /-P NoSecurity|--trust-policy NoSecurity/ },
  { program: /^(ssh|scp|rsync|git)$/, off: /StrictHostKeyChecking no/i },
]

function optionsOff({ name, args }: ShellCommand): string[] {
  const words = options
    .filter(({ program }) => program.test(name))
    .flatMap(({ off }) => args.filter((word) => off.test(word)))
  const line = args.join(' ')
  return [
    ...words.map((word) => `${name} ${word}`),
    ...settings
      .filter(({ program }) => program.test(name))
      .flatMap(({ off }) => off.exec(line)?.[0] ?? [])
      .map((match) => `${name} ${match}`),
  ]
}

const truthy = /^(1|true|yes|on)$/i
const falsy = /^(0|false|no|off)$/i

/** Variables that disable a program's verification, and the values that do it. */
const variables: ReadonlyArray<{ name: RegExp; off: RegExp }> = [
  { name: /^NODE_TLS_REJECT_UNAUTHORIZED$/, off: falsy },
  { name: /^PYTHONHTTPSVERIFY$/, off: falsy },
  // Git checks only whether it is set.
  { name: /^GIT_SSL_NO_VERIFY$/, off: /^/ },
  { name: /^(PIP_TRUSTED_HOST|UV_INSECURE_HOST|GOINSECURE)$/, off: /./ },
  { name: /^(NPM_CONFIG_STRICT_SSL|npm_config_strict_ssl|YARN_STRICT_SSL|YARN_ENABLE_STRICT_SSL)$/, off: falsy },
  { name: /^(GOSUMDB)$/, off: /^off$/ },
  { name: /^(GONOSUMCHECK|GONOSUMDB)$/, off: /^(1|\*)$/ },
  { name: /^GOFLAGS$/, off: /-insecure\b/ },
  { name: /^(BUNDLE_SSL_VERIFY_MODE)$/, off: /^0$/ },
  {
    name: /^(COMPOSER_DISABLE_TLS|HELM_INSECURE_SKIP_TLS_VERIFY|VAULT_SKIP_VERIFY|CURL_INSECURE|WGET_INSECURE|DOTNET_SYSTEM_NET_HTTP_INSECURE)$/,
    off: truthy,
  },
  { name: /^(AWS_NO_VERIFY_SSL|ANSIBLE_GALAXY_IGNORE)$/, off: truthy },
  { name: /^(SSL_VERIFY|CONDA_SSL_VERIFY|REQUESTS_VERIFY)$/, off: falsy },
  { name: /^GIT_SSH_COMMAND$/, off: /StrictHostKeyChecking[= ]no/i },
]

function isVariableOff({ name, value }: { name: string; value: string }): boolean {
  return variables.some((variable) => variable.name.test(name) && variable.off.test(value))
}

/** Words that set a variable: `go env -w GOSUMDB=off`. */
function assignmentsIn(words: readonly string[]): Array<{ name: string; value: string }> {
  return words.flatMap((word) => {
    const [, name, value = ''] = /^([A-Z]\w*)=(.*)$/s.exec(word) ?? []
    return name === undefined ? [] : [{ name, value }]
  })
}

function variablesOf({ keyword, properties }: AuditedStep): string[] {
  if (keyword !== 'ENV' && keyword !== 'ARG') return []
  return properties.filter(isVariableOff).map(({ name, value }) => `${keyword} ${name}=${value}`)
}

/** Configuration lines that disable verification, wherever they are written. */
function inConfiguration(text: string): string[] {
  return [
    /\[[^\]\n]{0,200}trusted=yes[^\]\n]{0,200}\]/i,
    /^trusted:\s*yes$/im,
    /^[ \t]*(?:gpgcheck|repo_gpgcheck|sslverify)[ \t]*=[ \t]*(?:0|false|no)[ \t\r]*$/im,
    /^[ \t]*(?:Acquire|APT)::[\w:]*(?:AllowUnauthenticated|AllowInsecureRepositories)[ \t]+"?(?:true|1|yes)/im,
    /^[ \t]*Acquire::https?[\w:.-]*::Verify-(?:Peer|Host)[ \t]+"?(?:false|0|no)/im,
    /^[ \t]*check_?-?certificate[ \t]*=[ \t]*(?:off|false|0)\b/im,
    /^[ \t]*SigLevel[ \t]*=.*\bNever\b/im,
    /^[ \t]*trusted-host[ \t]*=[ \t]*\S/im,
    /^[ \t]*strict-ssl[ \t]*=[ \t]*false[ \t\r]*$/im,
    /^[ \t]*:?ssl_verify_mode:[ \t]*0[ \t\r]*$/im,
    /^[ \t]*StrictHostKeyChecking[ \t]+no\b/im,
  ].flatMap((pattern) => pattern.exec(text)?.[0].trim() ?? [])
}
