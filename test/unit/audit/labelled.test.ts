import { expect, it } from 'vitest'
import { auditOfNamed } from './audit-of.ts'

const dockerfile = (lines: string) => ['Dockerfile', `FROM a:1.0.0\n${lines}\n`] as const
const from = (reference: string) => ['Dockerfile', `FROM ${reference}\n`] as const
const container = (more: string) =>
  ['pod.yaml', `apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{${more}}]}\n`] as const
const pod = (more: string) => container(`name: c, image: "a:1.0.0", ${more}`)
const drops = (names: string) => pod(`securityContext: {capabilities: {drop: [${names}]}}`)
const byDefault =
  'AUDIT_WRITE, CHOWN, DAC_OVERRIDE, FOWNER, FSETID, KILL, MKNOD, NET_RAW, SETFCAP, SETGID, SETPCAP, SETUID, SYS_CHROOT'

// Shapes that authors of other programs call good or bad, in our own words; docs/audit.md says where we differ from them.
it.each([
  ['cis-4.9', 'manual', dockerfile('ADD data.gz /data/')],
  ['cis-4.9', 'fail', dockerfile('ADD data.zip /data/')],
  ['cis-4.9', 'fail', dockerfile('ADD https://example.com/data.tar.gz /data/')],
  ['cis-4.10', 'fail', dockerfile('ENV KEY="---BEGIN OPENSSH PRIVATE KEY---"')],
  ['cis-4.11', 'fail', dockerfile('ENV GIT_SSL_NO_VERIFY=0')],
  ['cis-4.11', 'fail', dockerfile('RUN GIT_SSL_NO_VERIFY=false git clone https://example.com/a.git')],
  ['cis-4.11', 'fail', dockerfile('RUN A=\'1\' echo x&&GIT_SSL_NO_VERIFY="1" git clone https://example.com/a.git')],
  ['cis-5.2', 'fail', pod('securityContext: {appArmorProfile: {type: Unconfined}}')],
  ['cis-5.2', 'fail', pod('securityContext: {appArmorProfile: {type: Custom}}')],
  ['cis-5.2', 'pass', pod('securityContext: {appArmorProfile: {type: Localhost, localhostProfile: web}}')],
  ['cis-5.22', 'fail', pod('securityContext: {seccompProfile: {type: LocalPort}}')],
  ['cis-5.22', 'fail', pod('securityContext: {seccompProfile: {}}')],
  ['cis-5.22', 'pass', pod('securityContext: {seccompProfile: {type: RuntimeDefault}}')],
  ['cis-5.22', 'manual', pod('securityContext: {seccompProfile: {type: "${TYPE}"}}')],
  ['cis-5.4', 'pass', drops(byDefault)],
  ['cis-5.4', 'pass', drops(`${byDefault}, NET_BIND_SERVICE`.toLowerCase())],
  ['cis-5.4', 'fail', drops(byDefault.replace('NET_RAW, ', ''))],
  ['cis-5.4', 'fail', drops('NET_RAW')],
  ['cis-5.5', 'fail', container('securityContext: {privileged: true}')],
  ['cis-5.5', 'fail', container('command: [sh], securityContext: {privileged: true}')],
  ['cis-5.5', 'fail', pod('securityContext: {procMount: Other}')],
  ['cis-5.5', 'pass', pod('securityContext: {procMount: Default}')],
  ['cis-5.13', 'fail', container('securityContext: {readOnlyRootFilesystem: false}')],
  ['practice-image-tag', 'pass', from('debian:bookworm')],
  ['practice-image-tag', 'pass', from('docker.io/library/ubuntu:noble')],
  ['practice-image-tag', 'pass', from('debian:bookworm-slim')],
  ['practice-image-tag', 'fail', from('python:bookworm')],
  ['practice-image-tag', 'fail', from('python:slim-bookworm')],
  ['practice-image-tag', 'fail', from('debian:stable-slim')],
  ['practice-image-tag', 'fail', from('a:1-latest')],
  ['practice-image-tag', 'fail', from('a:v2-nightly')],
  ['practice-image-tag', 'pass', from('a:nightly-20260101')],
  ['practice-image-tag', 'pass', from('a:2.1-stable')],
])('%s is %s: %s', async (id, status, [path, text]) => {
  const { controls } = await auditOfNamed(text, path)
  expect(controls.find((control) => control.id === id)?.status).toBe(status)
})
