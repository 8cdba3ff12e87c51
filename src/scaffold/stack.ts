import type { Answers, StackName } from './answers.ts'
import type { StackReading } from './application.ts'
import type { SourceTree } from './source-tree.ts'

/** A language with its package manager. A new one is a file below `stacks/` and a line in `stacks.ts`. */
export interface Stack {
  name: StackName
  /** Its name in messages. */
  title: string
  /** The files that suggest this stack even without a lock file. */
  signs: readonly string[]
  /** The lock file, in words, and how to get one. */
  lock: { wanted: string; make: string }
  /** Whether the tree has this stack, with a lock file. */
  locked(tree: SourceTree): boolean
  /** The first line of the lock file that fixes no version, where lines can; with what to do if that is no matter of locking. */
  loose?(tree: SourceTree): { line: string; remedy?: { why: string; change: string } | undefined } | undefined
  /** Reads how the application is built and started. Throws `SOURCE` with what is missing. */
  read(tree: SourceTree, answers: Answers): StackReading
}
