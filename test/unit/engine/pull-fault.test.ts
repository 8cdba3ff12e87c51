import { describe, expect, it } from 'vitest'
import { pullError, readPullFault } from '../../../src/engine/pull-fault.ts'

// As the engine, Docker 20 to 28, Podman, nerdctl and apt say it.
const said = [
  [
    'limited',
    'toomanyrequests: You have reached your unauthenticated pull rate limit. https://www.docker.com/increase-rate-limit',
  ],
  [
    'limited',
    'failed to resolve source metadata: unexpected status from HEAD request to https://registry-1.docker.io/v2/x/manifests/1: 429 Too Many Requests',
  ],
  ['limited', 'denied: too many requests, retry later'],
  [
    'missing',
    'failed to resolve source metadata for docker.io/hadolint/hadolint:v0: docker.io/hadolint/hadolint:v0: not found',
  ],
  [
    'missing',
    'Error response from daemon: manifest for registry.dagger.io/engine:v9 not found: manifest unknown: manifest unknown',
  ],
  ['missing', 'no match for platform in manifest: not found'],
  ['refused', 'Error response from daemon: Head "https://ghcr.io/v2/acme/app/manifests/1": unauthorized'],
  [
    'refused',
    'pull access denied for acme/app, repository does not exist or may require authorization: server message: insufficient_scope',
  ],
  [
    'refused',
    'failed to authorize: failed to fetch oauth token: unexpected status from GET request to https://auth.example/token: 403 Forbidden',
  ],
  ['untrusted', 'Get "https://registry.example/v2/": x509: certificate signed by unknown authority'],
  ['untrusted', 'tls: failed to verify certificate: x509: certificate has expired or is not yet valid'],
  [
    'away',
    'Error response from daemon: Get "https://registry-1.docker.io/v2/": dial tcp: lookup registry-1.docker.io on 10.0.0.2:53: no such host',
  ],
  ['away', 'dial tcp 10.0.0.9:443: connect: connection refused'],
  ['away', 'net/http: request canceled while waiting for connection (Client.Timeout exceeded while awaiting headers)'],
  ['away', 'proxyconnect tcp: dial tcp 10.0.0.3:3128: i/o timeout'],
  [
    'away',
    'unexpected status from GET request to https://registry.example/v2/x/blobs/sha256:aa: 503 Service Unavailable',
  ],
  ['away', 'E: Failed to fetch http://debian.example/dists/bookworm/InRelease  Unable to connect to 127.0.0.1:9:'],
  ['away', "Err:1 http://debian.example bookworm InRelease\n  Temporary failure resolving 'debian.example'"],
  ['missing', "E: Version '1.8.1-1+deb12u1' for 'crun' was not found"],
  ['full', 'failed to register layer: write /usr/bin/x: no space left on device'],
  ['other', 'panic: something that nobody has met'],
] as const

describe('a pull that failed', () => {
  it.each(said)('is %s: %s [fault 91]', (fault, text) => {
    expect(readPullFault(text)).toBe(fault)
  })

  it('is told in one sentence, with what to do', () => {
    const error = pullError(
      'TOOL',
      'the image of hadolint is not available',
      new Error('resolve image config\nfailed to resolve: docker.io/hadolint/hadolint@sha256:aa: not found\n'),
      { missing: 'Update Loadline.' },
    )
    expect(error.message).toBe(
      'the image of hadolint is not available: failed to resolve: docker.io/hadolint/hadolint@sha256:aa: not found',
    )
    expect(error.hint).toBe('Update Loadline.')
    expect(pullError('ENGINE', 'x', said[0][1], { missing: '' }).hint).toContain('docker login')
  })

  it('of nothing that is known is told by its last line, bounded', () => {
    const { message } = pullError('TOOL', 'x', `first\n${'y'.repeat(5_000)}\n\n`, { missing: '' })
    expect(message.length).toBeLessThan(600)
  })
})
