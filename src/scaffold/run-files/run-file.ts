/** A file or folder of the source that the program reads while it runs. */
export interface RunFile {
  path: string
  /** The file and line that name it. */
  by: string
}
