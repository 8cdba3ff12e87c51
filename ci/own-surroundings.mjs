// Plain JavaScript without dependencies: it is first used before anything is installed.
import { delimiter, isAbsolute } from 'node:path'

/**
 * The directory and environment in which Loadline starts a program. Many programs read files from their working
 * directory (Python modules, `.npmrc`, `go.work`) or above it, and run what variables name; the root of the file system
 * has no application's files, and such variables are removed. A company's settings for mirrors, proxies and
 * certificates are kept. `added` comes last.
 */
export function ownSurroundings(added = {}, env = process.env) {
  const kept = Object.entries(env).flatMap(([name, value]) => {
    if (value === undefined || namesCode(name)) return []
    if (name === 'PATH') return [[name, ownPath(value).join(delimiter)]]
    if (name === 'LD_LIBRARY_PATH') return [[name, value.split(delimiter).filter(isAbsolute).join(delimiter)]]
    if (name === 'NODE_OPTIONS') return [[name, harmlessNodeOptions(value)]]
    return [[name, value]]
  })
  return { cwd: '/', env: { ...Object.fromEntries(kept), ...added }, extendEnv: false }
}

/** The PATH directories in which programs are looked up: none that is relative, and none that an application's packages fill. */
export function ownPath(path) {
  return path.split(delimiter).filter((entry) => isAbsolute(entry) && !/\bnode_modules[\\/]\.bin[\\/]?$/.test(entry))
}

/**
 * Variables that make a shell, an interpreter, a linker, a compiler, curl or git run code, or read configuration, from
 * a path of somebody's choice.
 */
const codeVariables = new Set(
  `NODE_PATH NODE_COMPILE_CACHE NODE_REPL_EXTERNAL_MODULE ESBUILD_BINARY_PATH BASH_ENV ENV BASHOPTS SHELLOPTS PROMPT_COMMAND
   PYTHONPATH PYTHONHOME PYTHONSTARTUP PYTHONUSERBASE PERL5LIB PERLLIB PERL5OPT PERL5DB RUBYLIB RUBYOPT
   LD_PRELOAD LD_AUDIT GCONV_PATH GLIBC_TUNABLES OPENSSL_ENGINES OPENSSL_MODULES TAR_OPTIONS CURL_HOME
   JAVA_TOOL_OPTIONS JDK_JAVA_OPTIONS _JAVA_OPTIONS CLASSPATH
   GOFLAGS GOWORK GOROOT GOTOOLDIR CC CXX AR PKG_CONFIG SSH_ASKPASS SSH_ASKPASS_REQUIRE`.split(/\s+/),
)

function namesCode(name) {
  return (
    codeVariables.has(name) ||
    /^(GIT_|DYLD_|BASH_FUNC_|npm_(?:lifecycle|package|config_(?:node_options|script_shell|git|prefix|local_prefix|global_prefix)))/i.test(
      name,
    )
  )
}

/** Node options that only set a number or choose whom to trust; the others can load a file. */
function harmlessNodeOptions(options) {
  return options
    .split(/\s+/)
    .filter((option) =>
      /^--(use-(openssl|system|bundled)-ca|max-old-space-size=\d+|dns-result-order=\w+|no-(warnings|deprecation))$/.test(
        option,
      ),
    )
    .join(' ')
}
