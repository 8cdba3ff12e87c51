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
  ['cis-4.3', 'fail', dockerfile('RUN apt-get -q install -y vim')],
  ['cis-4.7', 'pass', dockerfile('RUN apt-get -q update && apt-get -q install -y --no-install-recommends tzdata')],
  ['cis-4.7', 'fail', dockerfile('RUN apt-get -q update')],
  ['cis-4.8', 'fail', dockerfile('RUN install -Dm4755 a /usr/bin/a')],
  ['cis-4.8', 'fail', dockerfile('RUN install -o root --mode=2755 a /usr/bin/a')],
  ['cis-4.8', 'manual', dockerfile('RUN install -Dm0755 a /usr/bin/a')],
  ['cis-4.8', 'fail', dockerfile('RUN setcap cap_net_raw+ep /usr/bin/ping')],
  ['cis-4.8', 'fail', dockerfile("RUN setcap 'cap_net_admin,cap_net_raw=eip' /usr/bin/a")],
  ['cis-4.8', 'manual', dockerfile('RUN setcap -r /usr/bin/ping')],
  ['cis-4.8', 'fail', dockerfile('RUN dpkg-statoverride --update --add root root 4755 /usr/bin/a')],
  ['cis-4.9', 'manual', dockerfile('ADD data.gz /data/')],
  ['cis-4.9', 'fail', dockerfile('ADD data.zip /data/')],
  ['cis-4.9', 'fail', dockerfile('ADD https://example.com/data.tar.gz /data/')],
  ['cis-4.10', 'fail', dockerfile('ENV KEY="---BEGIN OPENSSH PRIVATE KEY---"')],
  ['cis-4.10', 'fail', dockerfile(`RUN psql -c "CREATE USER shop WITH SUPERUSER PASSWORD 'correct-horse';"`)],
  ['cis-4.10', 'fail', dockerfile(`RUN mysql -e "CREATE USER 'a'@'%' IDENTIFIED BY 'correct-horse'"`)],
  ['cis-4.10', 'pass', dockerfile(`RUN psql -c "ALTER USER shop PASSWORD '$P'"`)],
  ['cis-4.10', 'fail', dockerfile('RUN aws configure set aws_secret_access_key correct-horse-battery')],
  ['cis-4.10', 'pass', dockerfile('RUN aws configure set aws_secret_access_key "$KEY"')],
  ['cis-4.10', 'fail', dockerfile('RUN git config --global http.token correct-horse')],
  ['cis-4.10', 'fail', dockerfile('RUN kubectl create secret generic a --from-literal=password=correct-horse')],
  ['cis-4.10', 'pass', dockerfile('RUN kubectl create secret generic a --from-literal=name=correct-horse')],
  ['cis-4.10', 'fail', dockerfile('ENV DBPASS=correct-horse')],
  ['cis-4.10', 'fail', dockerfile('ENV FTPPASS=correct-horse')],
  ['cis-4.10', 'fail', dockerfile('ENV mysqlpwd=correct-horse')],
  ['cis-4.10', 'pass', dockerfile('ENV BYPASS=correct-horse OLDPWD=somewhere COMPASS=north-west')],
  ['cis-4.10', 'fail', dockerfile('ENV AIRFLOW__CORE__FERNET_KEY=c29tZS1zZWNyZXQ')],
  ['cis-4.10', 'fail', dockerfile('ENV ENCRYPTION_KEY_BASE64=c29tZS1zZWNyZXQ')],
  ['cis-4.10', 'fail', dockerfile(`ENV NOTIFY=https://hooks.slack.com/services/T0A1/B0A1/${'x'.repeat(24)}`)],
  ['cis-4.10', 'fail', dockerfile(`ENV NOTIFY=https://discord.com/api/webhooks/1234/${'x'.repeat(40)}`)],
  ['cis-4.11', 'fail', dockerfile('RUN npm set strict-ssl false')],
  ['cis-4.11', 'fail', dockerfile('RUN go env -w GOSUMDB=off')],
  ['cis-4.11', 'manual', dockerfile('RUN go env -w GOPROXY=https://proxy.example.com')],
  ['cis-4.11', 'fail', dockerfile("RUN printf '[global]\\ntrusted-host = pypi.example.com\\n' > /etc/pip.conf")],
  ['cis-4.11', 'fail', dockerfile('COPY <<EOF /etc/pip.conf\n[global]\ntrusted-host = pypi.example.com\nEOF')],
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
  ['practice-image-tag', 'fail', from('python:alpine3.20')],
  ['practice-image-tag', 'fail', from('node:ubuntu22.04-slim')],
  ['practice-image-tag', 'fail', from('openjdk:windowsservercore-ltsc2022')],
  ['practice-image-tag', 'pass', from('python:3-alpine3.20')],
  ['practice-image-tag', 'pass', from('mcr.microsoft.com/windows/nanoserver:ltsc2022')],
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
