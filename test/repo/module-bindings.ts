import ts from 'typescript'
import { filesBelow, read } from './source-files.ts'

/**
 * Declarations of what Dagger's TypeScript SDK makes of this module for one that depends on it: a class for each exposed one, named after the module, with required arguments
 * in their order and an object of the optional ones behind them. Objects come back at once and scalars as promises (docs.dagger.io, "Module dependencies").
 */
export function moduleBindings(main: string): string {
  const classes = ['src/index.ts', ...filesBelow('src/module', '.ts')].flatMap((path) =>
    exposedClasses(ts.createSourceFile(path, read(path), ts.ScriptTarget.Latest, true)),
  )
  const names = new Map(
    classes.map(({ name }) => [name?.text ?? '', name?.text === main ? main : `${main}${name?.text}`]),
  )
  const root = classes.find(({ name }) => name?.text === main)
  const constructor = root?.members.find((member) => ts.isConstructorDeclaration(member))
  return [
    `import { ${coreTypes.join(', ')} } from '@dagger.io/dagger'`,
    "declare module '@dagger.io/dagger' {",
    `  interface Client { ${main.toLowerCase()}(${argumentsOf(constructor?.parameters ?? [], names)}): ${main} }`,
    ...classes.map(
      (declared) =>
        `  interface ${names.get(declared.name?.text ?? '')} {\n${functionsOf(declared, names).join('\n')}\n  }`,
    ),
    '}',
  ].join('\n')
}

const coreTypes = ['Changeset', 'Container', 'Directory', 'File', 'Secret', 'Service', 'Socket']

function exposedClasses(file: ts.SourceFile): ts.ClassDeclaration[] {
  return file.statements
    .filter((statement) => ts.isClassDeclaration(statement))
    .filter((declared) => decoratorsOf(declared).includes('object'))
}

function functionsOf(declared: ts.ClassDeclaration, names: ReadonlyMap<string, string>): string[] {
  return declared.members
    .filter((member) => ts.isMethodDeclaration(member))
    .filter((method) => decoratorsOf(method).includes('func'))
    .map((method) => {
      const written = method.type?.getText() ?? 'void'
      const value = /^Promise<(.*)>$/s.exec(written)?.[1] ?? written
      const object = coreTypes.includes(value) || names.has(value)
      return `    ${method.name.getText()}(${argumentsOf(method.parameters, names)}): ${object ? (names.get(value) ?? value) : `Promise<${value}>`}`
    })
}

function argumentsOf(parameters: readonly ts.ParameterDeclaration[], names: ReadonlyMap<string, string>): string {
  const spelled = parameters.map((parameter) => ({
    name: parameter.name.getText(),
    type: typeOf(parameter, names),
    optional:
      parameter.questionToken !== undefined ||
      parameter.initializer !== undefined ||
      ts.getDecorators(parameter)?.some((decorator) => decorator.getText().includes('defaultPath')) === true,
  }))
  const required = spelled.filter(({ optional }) => !optional).map(({ name, type }) => `${name}: ${type}`)
  const optional = spelled.filter((argument) => argument.optional).map(({ name, type }) => `${name}?: ${type}`)
  return [...required, ...(optional.length === 0 ? [] : [`opts?: { ${optional.join('; ')} }`])].join(', ')
}

function typeOf({ type, initializer }: ts.ParameterDeclaration, names: ReadonlyMap<string, string>): string {
  if (type === undefined)
    throw new TypeError(`an argument with the default ${initializer?.getText()} has no written type`)
  return names.get(type.getText()) ?? type.getText()
}

function decoratorsOf(node: ts.HasDecorators): string[] {
  return (ts.getDecorators(node) ?? []).map(({ expression }) =>
    ts.isCallExpression(expression) ? expression.expression.getText() : expression.getText(),
  )
}
