export type Environment = Readonly<Record<string, string | undefined>>

/**
 * The environment of a server that we start: enough to run, the names of ours (FACTORY_…), by which its processes can be told, and
 * none of the user's variables that would change what it does (JAVA_TOOL_OPTIONS, PGOPTIONS, …) or that it need not know (DATABASE_URL).
 */
export function serverEnvironment(own: Environment, env: Environment = process.env): Environment {
  const passed = Object.entries(env).filter(([name]) => ['PATH', 'HOME', 'TMPDIR'].includes(name) || name.startsWith('FACTORY_'))
  return { ...Object.fromEntries(passed), ...own }
}
