/** Every template by its file name. The rim reads them: this folder knows no files. */
export type Templates = ReadonlyMap<string, string>

/** The text of a template. One that is not there is a fault of Loadline, and thrown. */
export function templateOf(templates: Templates, name: string): string {
  const text = templates.get(name)
  if (text === undefined) throw new Error(`there is no template ${name}`)
  return text
}
