import { authority } from '../database-tls.ts'

/** Days that a certificate is valid, and seconds before its end from which a start makes another. */
const days = 825
const renewed = 30 * 24 * 60 * 60

/** Where the image of PostgreSQL has a directory of the database's user: a new volume takes its owner from there. */
const folder = '/var/lib/postgresql/data'

/**
 * Makes an authority and the database's certificate where none is, or where it ends soon. The authority's key is not kept, so nothing else is ever signed with it. OpenSSL is in the image of PostgreSQL
 * on Debian.
 */
const certificateScript = [
  'umask 077',
  `if openssl x509 -in server.pem -noout -checkend ${renewed}; then exit 0; fi`,
  `openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc -days ${days} -subj '/CN=Authority of one Compose project' -addext basicConstraints=critical,CA:TRUE,pathlen:0 -addext keyUsage=critical,keyCertSign -keyout authority.key -out authority.new`,
  `openssl req -x509 -CA authority.new -CAkey authority.key -newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc -days ${days} -subj /CN=postgres -addext subjectAltName=DNS:postgres -addext basicConstraints=critical,CA:FALSE -addext extendedKeyUsage=serverAuth -keyout server.key -out server.new`,
  'rm authority.key',
  'chmod 644 authority.new',
  `mv authority.new ${authority.file}`,
  // Last: by this file a later start sees that all is there.
  'mv server.new server.pem',
].join('\n')

/** The volume with the certificates. */
export const certificateVolume = 'postgres-tls'

/** The service that makes them, and ends. */
export function certificateService(image: string, hardened: Record<string, unknown>): Record<string, unknown> {
  return {
    image,
    ...hardened,
    restart: 'no',
    entrypoint: ['/bin/sh', '-ec', certificateScript],
    working_dir: folder,
    network_mode: 'none',
    volumes: [{ type: 'volume', source: certificateVolume, target: folder }],
    security_opt: ['no-new-privileges:true'],
    deploy: {
      resources: {
        limits: { cpus: '1', memory: '64M', pids: 16 },
        reservations: { cpus: '0.1', memory: '64M' },
      },
    },
  }
}

/** That volume where the database and the application read it; only the database's user can read the key. */
export const certificateMount = {
  type: 'volume',
  source: certificateVolume,
  target: authority.folder,
  read_only: true,
  volume: { nocopy: true },
}

/** How the database serves with that certificate. */
export const certificateArguments = [
  'postgres',
  '-c',
  'ssl=on',
  '-c',
  `ssl_cert_file=${authority.folder}/server.pem`,
  '-c',
  `ssl_key_file=${authority.folder}/server.key`,
]
