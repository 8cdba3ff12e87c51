import type { Framework } from './framework.ts'

/** HIPAA Security Rule: 45 CFR part 164, subpart C. */
export const hipaa: Framework = {
  name: 'HIPAA Security Rule, 45 CFR 164 subpart C',
  requirements: [
    {
      id: '164.308(a)(1)(ii)(A)',
      title: 'Risk analysis: the image is scanned for known weaknesses',
      proof: { rules: ['vulnerabilities', 'database-age', 'database-coverage', 'inventory'] },
    },
    {
      id: '164.308(a)(1)(ii)(B)',
      title: 'Risk management: findings are held to limits, and exceptions expire',
      proof: { rules: ['vulnerabilities', 'end-of-life-os', 'exceptions'] },
    },
    {
      id: '164.308(a)(3)-(4)',
      title: 'Workforce security and access authorization',
      proof: { outside: 'People decide who may see health information.' },
    },
    {
      id: '164.308(a)(5)(ii)(B)',
      title: 'Protection from malicious software: everything the image is built on is known and pinned',
      proof: { rules: ['base-pinned', 'base-allowed', 'add-url'] },
    },
    {
      id: '164.308(a)(6)-(7)',
      title: 'Incidents and contingency: response, backup, recovery',
      proof: { outside: 'It concerns operation and data.' },
    },
    {
      id: '164.308(a)(8)',
      title: 'Evaluation: each change is judged again by its evidence',
      proof: { rules: ['evidence', 'tool-pins'], files: ['report.html'] },
    },
    { id: '164.310', title: 'Physical safeguards', proof: { outside: 'It concerns places and devices.' } },
    {
      id: '164.312(a)(1)',
      title: 'Access control: the software runs with few privileges and ships no credential',
      proof: { rules: ['user', 'setuid', 'secrets', 'suspected-secrets'] },
    },
    {
      id: '164.312(a)(2)',
      title: 'User identification, emergency access, logoff, encryption at rest',
      proof: { outside: 'The application and its data store decide.' },
    },
    {
      id: '164.312(b)',
      title: 'Audit controls over systems with health information',
      proof: { outside: 'The application and the platform record activity.' },
    },
    {
      id: '164.312(c)(1)',
      title: 'Integrity: what runs is, byte for byte, what was judged',
      proof: { release: ['signature', 'attestations'] },
    },
    {
      id: '164.312(c)(2)',
      title: 'Mechanism to authenticate health information',
      proof: { outside: 'It concerns data, not software.' },
    },
    {
      id: '164.312(d)',
      title: 'Person or entity authentication',
      proof: { outside: 'The application authenticates its users.' },
    },
    { id: '164.312(e)(1)', title: 'Transmission security', proof: { outside: 'Network and application decide.' } },
    {
      id: '164.316(b)(1)',
      title: 'Documentation: assessments are recorded in writing',
      proof: { rules: ['evidence'], files: ['report.html', 'summary.md'] },
    },
  ],
}
