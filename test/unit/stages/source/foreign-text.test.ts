import { parseBaseLock, parseGivenLock, parseSealedLock } from '../../../../src/stages/source/read-lock.ts'
import { holdReaders } from '../../foreign-text.ts'

const digest = `sha256:${'a'.repeat(64)}`
const base = {
  reference: 'docker.io/library/debian:12',
  digest,
  platforms: ['linux/amd64'],
  resolvedAt: '2026-11-20T00:00:00Z',
}
const own = JSON.stringify({ schemaVersion: 2, bases: [base] })
const sealed = JSON.stringify({
  schemaVersion: 1,
  mode: 'sealed',
  tools: { trivy: { reference: `127.0.0.1:5000/trivy@${digest}`, digest, version: '0.72.0' } },
  bases: [{ ...base, substitute: '127.0.0.1:5000/debian:12' }],
})

holdReaders([
  { name: 'a lock file of an application', seeds: [own], read: (text) => parseBaseLock(text, 'loadline.lock.json') },
  { name: 'a lock file of a sealed toolchain', seeds: [sealed], read: (text) => parseSealedLock(text, 'lock.json') },
  { name: 'a lock file that was given', seeds: [own, sealed], read: (text) => parseGivenLock(text, 'lock.json', {}) },
])
