import { describe, expect, it } from 'vitest'
import { sessionSurroundings } from '../../../ci/run/session.ts'
import { ownPath, ownSurroundings } from '../../../ci/own-surroundings.mjs'

describe('the surroundings of a program', () => {
  it('have no directory of an application in the path [fault 73]', () => {
    expect(ownPath(':.:bin:/usr/bin::node_modules/.bin:/src/app/node_modules/.bin:/x/node_modules/.bin/')).toEqual([
      '/usr/bin',
    ])
  })

  it.each(
    'NODE_PATH NODE_COMPILE_CACHE ESBUILD_BINARY_PATH OPENSSL_MODULES CURL_HOME BASH_ENV ENV PYTHONPATH PERL5LIB PERL5OPT LD_PRELOAD GIT_DIR GIT_SSH_COMMAND GOFLAGS GOWORK TAR_OPTIONS JAVA_TOOL_OPTIONS BASH_FUNC_ls%% DYLD_INSERT_LIBRARIES npm_config_script_shell npm_config_node_options NPM_CONFIG_SCRIPT_SHELL npm_config_git npm_config_prefix'.split(
      ' ',
    ),
  )('leave %s out, which could name code [fault 73]', (name) => {
    expect(ownSurroundings({}, { [name]: './evil', HOME: '/root' }).env).toEqual({ HOME: '/root' })
  })

  it('keep what a company says about its network, and of NODE_OPTIONS what loads nothing', () => {
    const company = {
      HTTPS_PROXY: 'http://proxy.example:3128',
      GOPROXY: 'https://go.example',
      PIP_INDEX_URL: 'https://pip.example',
      npm_config_registry: 'https://npm.example',
      SSL_CERT_FILE: '/etc/company.pem',
      DOCKER_CONFIG: '/home/ci/.docker',
    }
    expect(ownSurroundings({}, company).env).toEqual(company)
    const options = '--use-openssl-ca --require ./evil.cjs --import=./evil.mjs --max-old-space-size=4096 -r ./x'
    expect(ownSurroundings({}, { NODE_OPTIONS: options }).env).toEqual({
      NODE_OPTIONS: '--use-openssl-ca --max-old-space-size=4096',
    })
  })

  it('of a session give the engine no git configuration and no agent, unless the engine is reached by it', () => {
    const env = { SSH_AUTH_SOCK: '/run/agent', GIT_ASKPASS: '/usr/bin/ask', DOCKER_CONFIG: '/home/ci/.docker' }
    const host = (address: string) => ({ _EXPERIMENTAL_DAGGER_RUNNER_HOST: address })
    const git = { GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1', GIT_TERMINAL_PROMPT: '0' }
    const unix = host('unix:///run/engine.sock')
    expect(sessionSurroundings(unix, env).env).toEqual({ DOCKER_CONFIG: '/home/ci/.docker', ...git, ...unix })
    expect(sessionSurroundings({}, { ...env, ...host('ssh://builder') }).env).toMatchObject({
      SSH_AUTH_SOCK: '/run/agent',
    })
  })
})
