import { parsePackageUrl } from '../../../src/model/index.ts'
import { readRun } from '../../../src/model/read-run.ts'
import { passedRun, rejectedRun } from '../report/runs.ts'
import { holdReaders } from '../foreign-text.ts'

holdReaders([
  {
    name: 'a verdict',
    seeds: [passedRun(), rejectedRun()].map((run) => JSON.stringify(run)),
    read: (text) => readRun(text),
  },
  {
    name: 'a package URL',
    seeds: ['pkg:deb/debian/libc6@2.36-9%2Bdeb12u4?arch=amd64&epoch=1#a/b'],
    read: parsePackageUrl,
  },
])
