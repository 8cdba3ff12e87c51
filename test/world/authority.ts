import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'

/** A certificate that servers show, with its key. */
export interface ServerCertificate {
  cert: Buffer
  key: Buffer
}

/** A certificate authority, which whoever has its certificate believes. */
export interface Authority {
  /** Path of its certificate (PEM). */
  certificate: string
  /** Makes a certificate for these names. */
  issue(names: readonly string[]): Promise<ServerCertificate>
}

const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2']

/** Makes an authority in a directory, by openssl. */
export async function makeAuthority(directory: string, name: string): Promise<Authority> {
  const request = (...argv: string[]) => execa('openssl', ['req', '-x509', ...newKey, ...argv], { cwd: directory })
  await request('-keyout', `${name}.key`, '-out', `${name}.pem`, '-subj', `/CN=${name}`)
  return {
    certificate: join(directory, `${name}.pem`),
    async issue(names) {
      const file = `${name}-server`
      const known = names.map((one) => `DNS:${one}`).join(',')
      const argv = [
        ['-keyout', `${file}.key`, '-out', `${file}.pem`, '-subj', '/CN=server'],
        ['-CA', `${name}.pem`, '-CAkey', `${name}.key`],
        ['-addext', `subjectAltName=${known}`, '-addext', 'basicConstraints=critical,CA:FALSE'],
      ]
      await request(...argv.flat())
      const read = (extension: string) => readFileSync(join(directory, `${file}.${extension}`))
      return { cert: read('pem'), key: read('key') }
    },
  }
}
