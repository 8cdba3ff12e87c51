import type { Application } from '../application.ts'

/** The authority's certificates in the image, where the platform has no files to mount. */
export const authorityInImage = 'deploy/database-authority.pem'

/** Whether the image brings the certificates of the database's authority. */
export function bringsAuthority({ databaseTls, targets }: Application): boolean {
  return databaseTls !== undefined && targets.includes('ecs')
}

/** A file that holds no certificate: a client that is told to verify with it refuses every server until somebody has put the authority's certificates here. */
export function noAuthorityYet({ cluster, targets }: Application): string {
  const aws = cluster === 'eks' || targets.includes('ecs')
  return [
    "Replace this text by the certificates of the authority that signs the database's, in PEM.",
    ...(aws
      ? [
          'For Amazon RDS, that is the bundle of your region: https://truststore.pki.rds.amazonaws.com/REGION/REGION-bundle.pem.',
        ]
      : []),
    'Until then no connection to the database is made. They are public, and belong into version control.',
    '',
  ].join('\n')
}
