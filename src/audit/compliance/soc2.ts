import type { Framework } from './framework.ts'

/** SOC 2: the common criteria CC6 to CC8 of the Trust Services Criteria. */
export const soc2: Framework = {
  name: 'SOC 2, Trust Services Criteria CC6-CC8',
  requirements: [
    {
      id: 'CC6.1',
      title: 'Logical access: the software runs with few privileges and ships no credential',
      proof: { rules: ['user', 'setuid', 'secrets', 'suspected-secrets'] },
    },
    {
      id: 'CC6.2-CC6.3',
      title: 'Users are registered, authorised and removed',
      proof: { outside: 'Identity management decides.' },
    },
    {
      id: 'CC6.4-CC6.5',
      title: 'Physical access, and disposal of assets',
      proof: { outside: 'It concerns places and devices.' },
    },
    {
      id: 'CC6.6',
      title: 'Threats from outside the boundary: the image exposes only what is intended',
      proof: { rules: ['exposed-ports', 'ssh-server'] },
    },
    {
      id: 'CC6.7',
      title: 'Transmission and movement of information',
      proof: { outside: 'Network and application decide.' },
    },
    {
      id: 'CC6.8',
      title: 'Unauthorised software is kept out',
      proof: { rules: ['base-pinned', 'base-allowed', 'package-managers'], release: ['signature'] },
    },
    {
      id: 'CC7.1',
      title: 'New vulnerabilities and changed configurations are detected',
      proof: { rules: ['vulnerabilities', 'database-age', 'database-coverage'] },
    },
    {
      id: 'CC7.2-CC7.5',
      title: 'Monitoring, evaluation of and recovery from incidents',
      proof: { outside: 'It concerns operation.' },
    },
    {
      id: 'CC8.1',
      title: 'Changes are tested, approved and documented before they are deployed',
      proof: {
        rules: ['evidence', 'lint-level', 'structure-tests'],
        files: ['report.html'],
        release: ['signature', 'attestations'],
      },
    },
  ],
}
