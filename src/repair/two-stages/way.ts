import type { Division } from './divided.ts'

/** A way to divide a stage. What is left out is as it is where nothing changes. */
export type Way = Pick<Division, 'base' | 'words' | 'copies'> &
  Partial<Omit<Division, 'user'>> & {
    /** What is not taken of the application's directories, for people. */
    without?: string
  }
