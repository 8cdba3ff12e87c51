/** Every template by its file name. The callers read them: this folder accesses no files. */
export type Templates = ReadonlyMap<string, string>

/** The text of a template. A missing one is a bug in Loadline, and throws. */
export function templateOf(templates: Templates, name: string): string {
  const text = templates.get(name)
  if (text === undefined) throw new Error(`there is no template ${name}`)
  return text
}
