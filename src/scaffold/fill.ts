/**
 * Fills a template: `{{name}}` becomes its value, and a line that holds nothing else and whose value is empty goes away.
 * A name without value and a value without place are faults of Loadline, and thrown.
 */
export function fill(template: string, values: Readonly<Record<string, string>>): string {
  const used = new Set<string>()
  const valueOf = (name: string): string => {
    const value = values[name]
    if (value === undefined) throw new Error(`the template wants {{${name}}}, and nothing gives it`)
    used.add(name)
    return value
  }
  const filled = template
    .replaceAll(/^[ \t]*\{\{(\w+)\}\}\n/gm, (line, name: string) => (valueOf(name) === '' ? '' : line))
    .replaceAll(/\{\{(\w+)\}\}/g, (_, name: string) => valueOf(name))
  const unused = Object.keys(values).filter((name) => !used.has(name))
  if (unused.length > 0) throw new Error(`the template has no place for ${unused.join(', ')}`)
  return filled
}
