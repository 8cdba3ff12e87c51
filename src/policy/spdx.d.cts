// The package brings no types of its own. A .d.cts is seen by the compiler and not by Dagger, which imports every .ts under src.
declare module 'spdx-expression-parse' {
  type Parsed =
    | { license: string; plus?: true; exception?: string }
    | { left: Parsed; conjunction: 'and' | 'or'; right: Parsed }
  function parse(expression: string): Parsed
  export = parse
}
