import { readFileSync } from 'node:fs'
import { readDockerRun } from '../../../src/audit/input/docker-run.ts'
import { readDotenv } from '../../../src/audit/input/compose/dotenv.ts'
import { holdReaders } from '../foreign-text.ts'
import { auditOf, auditOfNamed } from './audit-of.ts'

const recorded = (path: string) => readFileSync(new URL(`../../fixtures/audit/${path}`, import.meta.url), 'utf8')

holdReaders([
  {
    name: 'a Compose file',
    seeds: [
      'good/compose.yaml',
      'good/anchors.yaml',
      'bad/compose/everything.yaml',
      'bad/compose/anchors-and-merge-keys.yaml',
    ].map(recorded),
    read: async (text) => await auditOfNamed(text, 'compose.yaml', { '.env': 'TAG=1', 'common.yaml': text }),
  },
  {
    name: 'a manifest of Kubernetes',
    seeds: ['good/deployment.yaml', 'good/job.yaml'].map(recorded),
    read: async (text) => await auditOfNamed(text, 'deployment.yaml'),
  },
  {
    name: 'a Dockerfile',
    seeds: ['good/slim.Dockerfile', 'good/multi-stage.Dockerfile'].map(recorded),
    read: async (text) => await auditOfNamed(text, 'Dockerfile'),
  },
  {
    name: 'a file that nobody named',
    seeds: ['good/deployment.yaml', 'good/compose.yaml'].map(recorded),
    read: async (text) => await auditOf({ 'x.yaml': text, Dockerfile: 'FROM scratch\nUSER 1\n' }),
  },
  { name: 'docker run', seeds: [recorded('good/run.txt')], read: readDockerRun },
  {
    name: 'an environment file',
    seeds: ['# x\nexport A=1\nB: "x ${A:-y}\\n"\nC=\'$A\'\n'],
    read: (text) => readDotenv(text, new Map([['X', 'y']])),
  },
])
