/** What an application is written in. */
export type Language = 'python' | 'node' | 'go' | 'java' | 'rust'
