import type { Framework } from './framework.ts'

/** PCI DSS 4.0.1, the requirements that software and its delivery touch. */
export const pciDss: Framework = {
  name: 'PCI DSS 4.0.1',
  requirements: [
    {
      id: '1.2-1.4',
      title: 'Network security controls',
      proof: { outside: 'Networks are configured where containers run; "loadline audit" checks those files.' },
    },
    {
      id: '2.2.4',
      title: 'Only necessary services, ports and functions are present',
      proof: { rules: ['exposed-ports', 'shells', 'package-managers', 'ssh-server'] },
    },
    { id: '2.2.6', title: 'Settings prevent misuse', proof: { rules: ['user', 'setuid', 'world-writable'] } },
    {
      id: '3-4',
      title: 'Protection of stored and transmitted account data',
      proof: { outside: 'The application and its data store decide.' },
    },
    { id: '6.2.2', title: 'Developers are trained', proof: { outside: 'It concerns people.' } },
    {
      id: '6.2.3',
      title: 'Code is reviewed before release',
      proof: { outside: 'The reviews of your version control show it.' },
    },
    {
      id: '6.2.4',
      title: 'Techniques that prevent common attacks on software',
      proof: { outside: 'It concerns how code is written.' },
    },
    {
      id: '6.3.1',
      title: 'Vulnerabilities are found from current sources, and ranked',
      proof: { rules: ['vulnerabilities', 'database-age', 'database-coverage'] },
    },
    {
      id: '6.3.2',
      title: 'An inventory of own and third-party components',
      proof: { rules: ['inventory', 'sbom-complete'], files: ['sbom.cdx.json'] },
    },
    {
      id: '6.3.3',
      title: 'Known vulnerabilities are fixed',
      proof: { rules: ['vulnerabilities', 'end-of-life-os'] },
    },
    {
      id: '6.5.1',
      title: 'Changes reach production by an established procedure, tested',
      proof: { rules: ['evidence', 'structure-tests'], release: ['signature', 'attestations'] },
    },
    { id: '7-8.5', title: 'Access by people', proof: { outside: 'Identity management decides.' } },
    {
      id: '8.6.2',
      title: 'No password of an application account is written into code or configuration',
      proof: { rules: ['secrets', 'suspected-secrets'] },
    },
    { id: '9', title: 'Physical access', proof: { outside: 'It concerns places and devices.' } },
    {
      id: '10',
      title: 'Logging and monitoring',
      proof: { outside: 'The application and the platform record activity.' },
    },
    {
      id: '11.3',
      title: 'Scans of running systems, at least every three months',
      proof: { outside: 'A build scans an image, not a network; "loadline reverdict" judges published images again.' },
    },
    { id: '12', title: 'Policies and programs of the organisation', proof: { outside: 'It concerns people.' } },
  ],
}
