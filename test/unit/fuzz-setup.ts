import { configureGlobal } from 'fast-check'
import { runs } from './runs.ts'

// Laws that do not say how often they are tried are tried a hundred times.
configureGlobal({ numRuns: runs(100) })
