// Stands in for one of our services: does what STAND_IN says.
const log = (level: string, msg: string): void => { process.stdout.write(`${JSON.stringify({ level, time: new Date().toISOString(), msg })}\n`) }

switch (process.env['STAND_IN']) {
  case 'run':
    log('info', 'started')
    setInterval(() => undefined, 1_000)
    break
  case 'wrong-variable':
    process.stderr.write('STAND_IN_PORT is "abc"; it must be a port\n')
    process.exit(1)
    break
  case 'crash-soon':
    log('info', 'started')
    setTimeout(() => process.exit(1), 300)
    break
  case 'deaf':
    process.on('SIGTERM', () => log('info', 'no'))
    log('info', 'started')
    setInterval(() => undefined, 1_000)
    break
  default:
    throw new Error('STAND_IN is not set')
}
